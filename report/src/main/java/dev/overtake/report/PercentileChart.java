// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import java.util.List;

/**
 * Latency by percentile, stretched so that each further nine takes the same width.
 *
 * <p>The x of a point is a percentile from 0 to 100; 100 is the maximum and is drawn at a place of
 * its own, right of the last nine. A percentile with too few samples is a {@linkplain Point#gap
 * gap}; one left out is bridged by a straight line.
 *
 * @param title the heading; not blank
 * @param description the chart in words, for those who do not see it
 * @param y the vertical axis, as a rule {@code Axis.log("latency", Unit.SECONDS)}
 * @param series the lines; their names differ
 * @param references horizontal lines, for instance a limit
 * @param origin the run and its command
 */
public record PercentileChart(
    String title,
    String description,
    Axis y,
    List<Series> series,
    List<Reference> references,
    Origin origin)
    implements Chart {
  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if the title is blank, two series have the same name, a
   *     percentile is below 0 or above 100, or a value on a log axis is negative
   */
  public PercentileChart {
    Checks.notBlank("title", title);
    series = Series.copyOf(series);
    references = List.copyOf(references);
    for (Series line : series) {
      for (Point point : line.points()) {
        if (point.x() < 0 || point.x() > 100) {
          throw new IllegalArgumentException(
              "percentile must be 0 to 100: series=" + line.name() + ", x=" + point.x());
        }
        y.check(point.low());
      }
    }
    for (Reference reference : references) {
      y.check(reference.value());
    }
  }

  /**
   * A chart of latency in seconds on a log axis, with no reference line.
   *
   * @param title the heading; not blank
   * @param description the chart in words
   * @param series the lines; x in percent, y in seconds; their names differ
   * @param origin the run and its command
   * @throws IllegalArgumentException as the full constructor
   */
  public PercentileChart(String title, String description, List<Series> series, Origin origin) {
    this(title, description, Axis.log("latency", Unit.SECONDS), series, List.of(), origin);
  }
}
