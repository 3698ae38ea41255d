// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import java.util.List;

/**
 * Rows of typed cells. The first column names the rows.
 *
 * @param title the heading; not blank
 * @param caption a sentence or two beneath it, may be empty
 * @param columns from left to right; at least one
 * @param rows from top to bottom, each as long as there are columns
 */
public record Table(String title, String caption, List<Column> columns, List<List<Cell>> rows)
    implements Exhibit {
  /**
   * One column.
   *
   * @param name its heading
   * @param align where its cells stand
   * @param role what it is for
   */
  public record Column(String name, Align align, Role role) {
    /**
     * A column of words.
     *
     * @param name its heading
     * @return the column
     */
    public static Column text(String name) {
      return new Column(name, Align.LEFT, Role.OURS);
    }

    /**
     * A column of numbers.
     *
     * @param name its heading
     * @return the column
     */
    public static Column number(String name) {
      return new Column(name, Align.RIGHT, Role.OURS);
    }

    /**
     * A column of numbers measured by others, set apart from ours.
     *
     * @param name its heading, for instance {@code the article}
     * @return the column
     */
    public static Column reference(String name) {
      return new Column(name, Align.RIGHT, Role.REFERENCE);
    }
  }

  /** Where the cells of a column stand. */
  public enum Align {
    /** Words. */
    LEFT,
    /** Numbers. */
    RIGHT
  }

  /** Whose numbers a column holds. */
  public enum Role {
    /** Measured in this run. */
    OURS,
    /** Known from elsewhere; highlighted. */
    REFERENCE
  }

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if the title is blank, there is no column, or a row is longer
   *     or shorter than the columns
   */
  public Table {
    Checks.notBlank("title", title);
    columns = List.copyOf(columns);
    rows = rows.stream().map(List::copyOf).toList();
    if (columns.isEmpty()) {
      throw new IllegalArgumentException("a table must have at least one column: title=" + title);
    }
    for (List<Cell> row : rows) {
      if (row.size() != columns.size()) {
        throw new IllegalArgumentException(
            "a row must have a cell for each of the "
                + columns.size()
                + " columns: title="
                + title
                + ", cells="
                + row.size());
      }
    }
  }
}
