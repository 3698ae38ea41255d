// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

/**
 * A value at a place, with the spread of repeated runs.
 *
 * @param x where
 * @param y the value, or the median of several; NaN where there is no data, which is drawn as a gap
 * @param low the smallest; equal to y if there was one run, NaN in a gap
 * @param high the largest; equal to y if there was one run, NaN in a gap
 */
public record Point(double x, double y, double low, double high) {
  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if x is not finite, or low, y and high are neither finite and
   *     in this order nor all NaN
   */
  public Point {
    Checks.finite("x", x);
    if (!(Double.isNaN(y) && Double.isNaN(low) && Double.isNaN(high))) {
      checkSpread(low, y, high);
    }
  }

  /**
   * A value of one run.
   *
   * @param x where
   * @param y the value
   * @return the point
   */
  public static Point of(double x, double y) {
    return new Point(x, y, y, y);
  }

  /**
   * A value of repeated runs; the writer shades from the smallest to the largest.
   *
   * @param x where
   * @param min the smallest
   * @param median what the line shows
   * @param max the largest
   * @return the point
   */
  public static Point spread(double x, double min, double median, double max) {
    return new Point(x, median, min, max);
  }

  /**
   * A place without data: the line is interrupted here.
   *
   * @param x where
   * @return the point
   */
  public static Point gap(double x) {
    return new Point(x, Double.NaN, Double.NaN, Double.NaN);
  }

  boolean isGap() {
    return Double.isNaN(y);
  }

  static void checkSpread(double low, double value, double high) {
    Checks.finite("low", low);
    Checks.finite("value", value);
    Checks.finite("high", high);
    if (low > value || value > high) {
      throw new IllegalArgumentException(
          "low, value and high must be in this order: low="
              + low
              + ", value="
              + value
              + ", high="
              + high);
    }
  }
}
