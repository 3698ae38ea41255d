// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.report.Cell;
import dev.overtake.report.Point;
import dev.overtake.report.Unit;
import java.util.Collection;
import java.util.function.DoubleFunction;

/**
 * The median of repeated measurements with the smallest and the largest of them.
 *
 * @param min the smallest
 * @param median the middle one, or half-way between the middle two
 * @param max the largest
 * @param rounds how many there were; 0 if nothing was measured, and the others are NaN
 */
record Spread(double min, double median, double max, int rounds) {
  static final Spread NONE = new Spread(Double.NaN, Double.NaN, Double.NaN, 0);

  /** Of the finite ones among the values. */
  static Spread of(Collection<Double> values) {
    double[] sorted =
        values.stream()
            .mapToDouble(Double::doubleValue)
            .filter(Double::isFinite)
            .sorted()
            .toArray();
    int n = sorted.length;
    if (n == 0) {
      return NONE;
    }
    double median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    return new Spread(sorted[0], median, sorted[n - 1], n);
  }

  boolean measured() {
    return rounds > 0;
  }

  /** The median, and the range behind it where there was more than one round. */
  String show(DoubleFunction<String> wording) {
    if (!measured()) {
      return "not measured";
    }
    return rounds == 1
        ? wording.apply(median)
        : "%s (%s – %s)".formatted(wording.apply(median), wording.apply(min), wording.apply(max));
  }

  /** The median over x, with its range. Something must have been measured. */
  Point at(double x) {
    return Point.spread(x, min, median, max);
  }

  /** The same for a table; a few words where nothing was measured. */
  Cell cell(Unit unit, String otherwise) {
    return measured() ? Cell.spread(min, median, max, unit) : Cell.missing(otherwise);
  }
}
