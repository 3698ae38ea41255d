// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;

/**
 * An axis with its range and divisions: puts each value at a place from 0 (the axis' beginning) to
 * 1 (its end).
 *
 * @param title what stands beside the axis, with the unit where the ticks do not carry it
 * @param ticks the divisions, in ascending order
 * @param breakAt where the axis is interrupted between zero and the smallest power on a log axis;
 *     NaN if it is not
 * @param place maps a value to 0..1
 */
record Ruler(String title, List<Tick> ticks, double breakAt, DoubleUnaryOperator place) {
  /** How much of a log axis belongs to zero, if there is a zero to show. */
  private static final double ZERO_SHARE = 0.1;

  /** Beyond so many decades only every other one is labelled. */
  private static final int LABELLED_DECADES = 7;

  record Tick(double value, String label) {}

  double at(double value) {
    return place.applyAsDouble(value);
  }

  boolean isBroken() {
    return !Double.isNaN(breakAt);
  }

  /**
   * An axis whose end is a division and which holds zero, for what is measured.
   *
   * @param most about how many divisions there is room for
   */
  static Ruler ofValues(Axis axis, double[] values, int most) {
    if (axis.scale() == Axis.Scale.LOG) {
      return log(axis, values, List.of());
    }
    double low = Math.min(0, smallest(values));
    double high = Math.max(0, largest(values));
    if (low == high) {
      high = 1;
    }
    double step = step(axis.unit(), high - low, most);
    return linear(
        axis, Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step, step);
  }

  /** An axis that reaches from the first value to the last, for what is varied. */
  static Ruler ofPlaces(Axis axis, double[] values, int most) {
    if (axis.scale() == Axis.Scale.LOG) {
      // A few places such as 1, 2, 4 and 8 clients are the divisions themselves.
      List<Double> places =
          DoubleStream.of(values).filter(v -> v > 0).distinct().sorted().boxed().toList();
      return log(axis, values, places.size() <= most ? places : List.of());
    }
    double low = smallest(values);
    double high = largest(values);
    boolean counts =
        axis.unit().kind() == Unit.Kind.PLAIN
            && DoubleStream.of(values).allMatch(v -> v == Math.rint(v));
    if (low == high) {
      double margin = Math.max(0.5, Math.abs(low) / 10);
      low -= margin;
      high += margin;
    }
    double step = step(axis.unit(), high - low, most);
    // There is no client between the first and the second.
    return linear(axis, low, high, counts ? Math.max(1, step) : step);
  }

  /**
   * Percentiles: each further nine takes the same length, and the maximum lies beyond the last.
   *
   * @param values percentiles from 0 to 100
   */
  static Ruler ofPercentiles(double[] values) {
    double last = 1;
    boolean hasMax = false;
    for (double value : values) {
      if (value == 100) {
        hasMax = true;
      } else {
        last = Math.max(last, nines(value));
      }
    }
    int whole = (int) Math.ceil(last - 1e-6);
    double length = hasMax ? whole + 0.75 : whole;
    List<Tick> ticks = new ArrayList<>(List.of(new Tick(0, "0"), new Tick(50, "50")));
    for (int n = 1; n <= whole; n++) {
      double percentile = 100 - Math.pow(10, 2 - n);
      ticks.add(new Tick(percentile, Numbers.digits(percentile)));
    }
    if (hasMax) {
      ticks.add(new Tick(100, "max"));
    }
    return new Ruler(
        "percentile",
        List.copyOf(ticks),
        Double.NaN,
        value -> value == 100 ? 1 : nines(value) / length);
  }

  private static double nines(double percentile) {
    return -Math.log10(1 - percentile / 100);
  }

  private static Ruler linear(Axis axis, double low, double high, double step) {
    // One unit for the whole axis, named in its title: 0, 0.5, 1.0 and not 0 s, 500 ms, 1 s.
    Numbers.Prefix prefix = Numbers.prefix(Math.max(-low, high), axis.unit(), 3);
    List<Tick> ticks = new ArrayList<>();
    for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
      ticks.add(new Tick(i * step, Numbers.digits(i * step / prefix.size())));
    }
    String title = prefix.symbol().isEmpty() ? axis.label() : axis.label() + ", " + prefix.symbol();
    return new Ruler(title, List.copyOf(ticks), Double.NaN, value -> (value - low) / (high - low));
  }

  private static Ruler log(Axis axis, double[] values, List<Double> wanted) {
    boolean zero = false;
    double min = Double.MAX_VALUE;
    double max = 0;
    for (double value : values) {
      zero |= value == 0;
      if (value > 0) {
        min = Math.min(min, value);
        max = Math.max(max, value);
      }
    }
    if (max == 0) {
      min = 1;
      max = 1;
    }
    double base = axis.unit().kind() == Unit.Kind.BYTES ? 2 : 10;
    List<Double> marks = wanted.isEmpty() ? marks(base, min, max) : wanted;
    double low = marks.getFirst();
    double high = marks.getLast();
    double share = zero ? ZERO_SHARE : 0;
    List<Tick> ticks = new ArrayList<>();
    if (zero) {
      ticks.add(new Tick(0, "0"));
    }
    for (double mark : marks) {
      ticks.add(new Tick(mark, label(mark, axis.unit())));
    }
    boolean unitInTicks = axis.unit().kind() != Unit.Kind.PLAIN;
    boolean bare = unitInTicks || axis.unit().symbol().isEmpty();
    double length = Math.log(high / low);
    DoubleUnaryOperator place =
        low == high ? value -> 0.5 : value -> share + (1 - share) * Math.log(value / low) / length;
    return new Ruler(
        bare ? axis.label() : axis.label() + ", " + axis.unit().symbol(),
        List.copyOf(ticks),
        zero ? share / 2 : Double.NaN,
        value -> value == 0 ? 0 : place.applyAsDouble(value));
  }

  /**
   * The divisions of a log axis, the first at or below min and the last at or above max: powers,
   * and where those are few, 2 and 5 times them.
   */
  private static List<Double> marks(double base, double min, double max) {
    int from = (int) Math.floor(Math.log(min) / Math.log(base) + 1e-9);
    int to = (int) Math.ceil(Math.log(max) / Math.log(base) - 1e-9);
    if (from == to) {
      to++;
    }
    List<Double> marks = new ArrayList<>();
    if (base == 10 && to - from <= 2) {
      for (int power = from; power < to; power++) {
        for (int times : new int[] {1, 2, 5}) {
          marks.add(power(power, times));
        }
      }
      marks.add(power(to, 1));
      while (marks.size() > 2 && marks.get(1) <= min) {
        marks.removeFirst();
      }
      while (marks.size() > 2 && marks.get(marks.size() - 2) >= max) {
        marks.removeLast();
      }
      return marks;
    }
    int stride = (to - from + LABELLED_DECADES - 1) / LABELLED_DECADES;
    int last = from + (to - from + stride - 1) / stride * stride;
    for (int power = from; power <= last; power += stride) {
      marks.add(base == 10 ? power(power, 1) : Math.pow(base, power));
    }
    return marks;
  }

  /** Parsed, not computed: the nearest double to a power of ten, so that labels are exact. */
  private static double power(int exponent, int times) {
    return Double.parseDouble(times + "e" + exponent);
  }

  private static String label(double value, Unit unit) {
    Numbers.Prefix prefix = Numbers.prefix(value, unit, 3);
    String number = Numbers.digits(value / prefix.size());
    return unit.kind() == Unit.Kind.PLAIN ? number : prefix.append(number);
  }

  /** The smallest handy step by which a length has no more than so many divisions. */
  private static double step(Unit unit, double length, int most) {
    double least = length / Math.max(1, most);
    if (unit.kind() == Unit.Kind.BYTES) {
      return Math.pow(2, Math.ceil(Math.log(least) / Math.log(2) - 1e-9));
    }
    if (unit.kind() == Unit.Kind.SECONDS && least > 10) {
      for (int handy : new int[] {15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600}) {
        if (handy >= least) {
          return handy;
        }
      }
    }
    int power = (int) Math.floor(Math.log10(least) + 1e-9);
    for (int times : new int[] {1, 2, 5}) {
      if (power(power, times) >= least * (1 - 1e-9)) {
        return power(power, times);
      }
    }
    return power(power + 1, 1);
  }

  private static double smallest(double[] values) {
    double min = Double.POSITIVE_INFINITY;
    for (double value : values) {
      min = Math.min(min, value);
    }
    return min == Double.POSITIVE_INFINITY ? 0 : min;
  }

  private static double largest(double[] values) {
    double max = Double.NEGATIVE_INFINITY;
    for (double value : values) {
      max = Math.max(max, value);
    }
    return max == Double.NEGATIVE_INFINITY ? 0 : max;
  }
}
