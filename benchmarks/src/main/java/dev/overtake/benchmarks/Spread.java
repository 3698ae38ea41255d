// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import java.util.List;
import java.util.Locale;

/**
 * The median over the rounds, with the smallest and the largest of them.
 *
 * @param min the smallest
 * @param median the middle one, or half-way between the middle two
 * @param max the largest
 * @param rounds all of them, in their order; NaN where a round has no such figure
 */
record Spread(double min, double median, double max, List<Double> rounds) {
  static Spread of(List<Double> rounds) {
    double[] sorted =
        rounds.stream().mapToDouble(d -> d).filter(Double::isFinite).sorted().toArray();
    int n = sorted.length;
    if (n == 0) {
      return new Spread(Double.NaN, Double.NaN, Double.NaN, List.copyOf(rounds));
    }
    double median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    return new Spread(sorted[0], median, sorted[n - 1], List.copyOf(rounds));
  }

  boolean isEmpty() {
    return Double.isNaN(median);
  }

  /** The median, and the range behind it where it says more. */
  @Override
  public String toString() {
    if (isEmpty()) {
      return "-";
    }
    return rounds.size() == 1
        ? show(median)
        : "%s (%s–%s)".formatted(show(median), show(min), show(max));
  }

  /** Three digits or more, no exponent. */
  static String show(double value) {
    double size = Math.abs(value);
    String format =
        size >= 100 || size == 0 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f";
    return String.format(Locale.ROOT, format, value);
  }
}
