// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

/**
 * A chart with what the reader should see in it. The chart's numbers are added by the writer, as a
 * table that opens below it.
 *
 * @param chart what is drawn
 * @param caption a sentence or two beneath it, may be empty
 */
public record Figure(Chart chart, String caption) implements Exhibit {
  /**
   * A figure without a caption.
   *
   * @param chart what is drawn
   */
  public Figure(Chart chart) {
    this(chart, "");
  }
}
