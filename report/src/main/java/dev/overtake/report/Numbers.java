// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Writes numbers for people: a few significant digits, thousands apart, the prefix that suits. */
final class Numbers {
  private static final String NO_BREAK = "\u00a0";

  private Numbers() {}

  /** A unit at one size: how many of the plain unit it is, and its symbol. */
  record Prefix(double size, String symbol) {
    /** Writes a value of the plain unit in this one, without the symbol. */
    String write(double value, int digits) {
      return plain(filled(rounded(value / size, digits), digits));
    }

    String append(String number) {
      return symbol.isEmpty() ? number : number + NO_BREAK + symbol;
    }
  }

  private static final Prefix[] SECONDS = {
    new Prefix(3600, "h"),
    new Prefix(60, "min"),
    new Prefix(1, "s"),
    new Prefix(1e-3, "ms"),
    new Prefix(1e-6, "µs"),
    new Prefix(1e-9, "ns"),
  };
  private static final Prefix[] BYTES = {
    new Prefix(0x1p40, "TiB"),
    new Prefix(0x1p30, "GiB"),
    new Prefix(0x1p20, "MiB"),
    new Prefix(0x1p10, "KiB"),
    new Prefix(1, "B"),
  };

  static String write(double value, Unit unit, int digits) {
    Prefix prefix = prefix(value, unit, digits);
    return prefix.append(prefix.write(value, digits));
  }

  /** For instance {@code (0.60–0.78)}: in the prefix of the median if both ends suit it. */
  static String range(double min, double median, double max, Unit unit, int digits) {
    Prefix prefix = prefix(median, unit, digits);
    if (prefix.equals(prefix(max, unit, digits))
        && (min == 0 || prefix.equals(prefix(min, unit, digits)))) {
      return "(" + prefix.write(min, digits) + "–" + prefix.write(max, digits) + ")";
    }
    return "(" + write(min, unit, digits) + "–" + write(max, unit, digits) + ")";
  }

  /** The unit to write a value in. Rounding comes first: 999.9 ms in three digits is 1.00 s. */
  static Prefix prefix(double value, Unit unit, int digits) {
    return switch (unit.kind()) {
      case PLAIN -> new Prefix(1, unit.symbol());
      case FRACTION -> new Prefix(0.01, unit.symbol());
      case BYTES -> largest(BYTES, BYTES[4], value, digits);
      case SECONDS -> {
        // Minutes and hours read badly while they are few: 95 s, not 1.58 min.
        Prefix prefix = largest(SECONDS, SECONDS[2], value, digits);
        boolean few = prefix.size() > 1 && Math.abs(value) < 5 * prefix.size();
        yield few ? (prefix.size() > 60 ? SECONDS[1] : SECONDS[2]) : prefix;
      }
    };
  }

  private static Prefix largest(Prefix[] prefixes, Prefix ofZero, double value, int digits) {
    if (value == 0) {
      return ofZero;
    }
    for (Prefix prefix : prefixes) {
      if (rounded(value / prefix.size(), digits).abs().compareTo(BigDecimal.ONE) >= 0) {
        return prefix;
      }
    }
    return prefixes[prefixes.length - 1];
  }

  static String whole(long value) {
    return plain(BigDecimal.valueOf(value));
  }

  /** A place on an axis with its unit: as many digits as it has. */
  static String exact(double value, Unit unit) {
    Prefix prefix = prefix(value, unit, 9);
    return prefix.append(digits(value / prefix.size()));
  }

  /** A number of an axis: as many digits as it has, no zeros behind. */
  static String digits(double value) {
    return plain(rounded(value, 9).stripTrailingZeros());
  }

  private static BigDecimal rounded(double value, int digits) {
    return BigDecimal.valueOf(value).round(new MathContext(digits, RoundingMode.HALF_EVEN));
  }

  /** Zeros behind the point are kept: numbers measured alike look alike, 0.600 below 0.617. */
  private static BigDecimal filled(BigDecimal rounded, int digits) {
    if (rounded.signum() == 0) {
      return BigDecimal.ZERO;
    }
    int scale = digits - rounded.precision() + rounded.scale();
    return rounded.setScale(Math.max(scale, 0), RoundingMode.UNNECESSARY);
  }

  private static String plain(BigDecimal number) {
    String text = number.abs().toPlainString();
    int point = text.indexOf('.');
    int whole = point < 0 ? text.length() : point;
    StringBuilder out = new StringBuilder(text);
    for (int i = whole - 3; i > 0; i -= 3) {
      out.insert(i, ',');
    }
    return number.signum() < 0 ? "−" + out : out.toString();
  }
}
