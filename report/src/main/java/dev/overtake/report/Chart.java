// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

/**
 * A picture of numbers. Every chart names its axes with their units, and its origin beneath.
 *
 * <p>A series keeps its colour, dash and marker in every chart of a report by its name; the colours
 * of the models are the same in every report. Names that differ only behind a colon or a blank,
 * such as {@code pool:4} and {@code pool:8}, share a colour and differ in dash and marker.
 */
public sealed interface Chart permits LineChart, PercentileChart, BarChart {
  /**
   * Returns the heading above the chart.
   *
   * @return what is shown, not blank
   */
  String title();

  /**
   * Returns the chart in words, for those who do not see it.
   *
   * @return a sentence or two saying what the picture shows; may be empty
   */
  String description();

  /**
   * Returns where the numbers come from.
   *
   * @return the run and its command
   */
  Origin origin();
}
