// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

/** One field of a table. */
public sealed interface Cell {
  /**
   * Words.
   *
   * @param text shown as it stands
   */
  record Text(String text) implements Cell {}

  /**
   * The name of a series, with the mark it has in the charts.
   *
   * @param name as in the charts; not blank
   */
  record Name(String name) implements Cell {
    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if it is blank
     */
    public Name {
      Checks.notBlank("name", name);
    }
  }

  /**
   * One number.
   *
   * @param value what was measured
   * @param unit in which
   * @param digits how many significant digits are shown, 1 to 9
   */
  record Quantity(double value, Unit unit, int digits) implements Cell {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if the value is not finite or digits is out of range
     */
    public Quantity {
      Checks.finite("value", value);
      checkDigits(digits);
    }
  }

  /**
   * A number all of whose digits are shown.
   *
   * @param value how many
   */
  record Count(long value) implements Cell {}

  /**
   * The median of repeated runs with the smallest and the largest.
   *
   * @param min the smallest
   * @param median the middle one
   * @param max the largest
   * @param unit in which
   * @param digits how many significant digits are shown, 1 to 9
   */
  record Spread(double min, double median, double max, Unit unit, int digits) implements Cell {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if they are not finite or not in order, or digits is out of
     *     range
     */
    public Spread {
      Point.checkSpread(min, median, max);
      checkDigits(digits);
    }
  }

  /**
   * Nothing, and why.
   *
   * @param reason a few words, for instance {@code no python3 on this machine}; not blank
   */
  record Missing(String reason) implements Cell {
    /**
     * Checks the reason.
     *
     * @throws IllegalArgumentException if it is blank
     */
    public Missing {
      Checks.notBlank("reason", reason);
    }
  }

  /**
   * Words.
   *
   * @param text shown as it stands
   * @return the cell
   */
  static Cell text(String text) {
    return new Text(text);
  }

  /**
   * The name of a series, with the mark it has in the charts.
   *
   * @param name as in the charts
   * @return the cell
   */
  static Cell name(String name) {
    return new Name(name);
  }

  /**
   * A number with three significant digits.
   *
   * @param value what was measured
   * @param unit in which
   * @return the cell
   */
  static Cell number(double value, Unit unit) {
    return new Quantity(value, unit, 3);
  }

  /**
   * A number all of whose digits are shown.
   *
   * @param value how many
   * @return the cell
   */
  static Cell count(long value) {
    return new Count(value);
  }

  /**
   * The median of repeated runs with three significant digits.
   *
   * @param min the smallest
   * @param median the middle one
   * @param max the largest
   * @param unit in which
   * @return the cell
   */
  static Cell spread(double min, double median, double max, Unit unit) {
    return new Spread(min, median, max, unit, 3);
  }

  /**
   * Nothing, and why.
   *
   * @param reason a few words
   * @return the cell
   */
  static Cell missing(String reason) {
    return new Missing(reason);
  }

  private static void checkDigits(int digits) {
    if (digits < 1 || digits > 9) {
      throw new IllegalArgumentException("digits must be 1 to 9: digits=" + digits);
    }
  }
}
