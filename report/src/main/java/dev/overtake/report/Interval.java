// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

/**
 * A shaded stretch of the x axis.
 *
 * @param from where it begins, in the axis' unit
 * @param to where it ends, not before it begins
 * @param label a few words at its top, for instance {@code 8 hogs}; may be empty
 */
public record Interval(double from, double to, String label) {
  /**
   * Checks the order.
   *
   * @throws IllegalArgumentException if the ends are not finite or to is before from
   */
  public Interval {
    Checks.finite("from", from);
    Checks.finite("to", to);
    if (to < from) {
      throw new IllegalArgumentException(
          "an interval must not end before it begins: from=" + from + ", to=" + to);
    }
  }
}
