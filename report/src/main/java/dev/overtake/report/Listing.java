// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import java.util.List;

/**
 * Program text in columns beside each other, one below the other on a narrow page; some lines are
 * marked and say why.
 *
 * @param title the heading; not blank
 * @param caption a sentence or two beneath it, may be empty
 * @param columns from left to right; at least one
 */
public record Listing(String title, String caption, List<Column> columns) implements Exhibit {
  /**
   * One program.
   *
   * @param title above it; not blank
   * @param lines from top to bottom
   */
  public record Column(String title, List<Line> lines) {
    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if the title is blank
     */
    public Column {
      Checks.notBlank("title", title);
      lines = List.copyOf(lines);
    }
  }

  /**
   * One line of a program.
   *
   * @param text as it stands, blanks at its beginning included
   * @param mark why the line matters, shown beside it; empty for an ordinary line
   */
  public record Line(String text, String mark) {}

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if the title is blank or there is no column
   */
  public Listing {
    Checks.notBlank("title", title);
    columns = List.copyOf(columns);
    if (columns.isEmpty()) {
      throw new IllegalArgumentException("a listing must have at least one column: title=" + title);
    }
  }
}
