// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Numbers as the summary and the verdicts write them: three digits that count, and a unit. */
final class Wording {
  private static final MathContext DIGITS = new MathContext(3);

  private static final List<String> BINARY_UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB");

  private Wording() {}

  static String number(double value) {
    if (!Double.isFinite(value)) {
      return "unknown";
    }
    BigDecimal rounded = new BigDecimal(value).round(DIGITS).stripTrailingZeros();
    return String.format(Locale.ROOT, "%,." + Math.max(0, rounded.scale()) + "f", rounded);
  }

  /** With two digits that count, for a glance. */
  static String rough(double value) {
    return String.format(
        Locale.ROOT, "%,.1f", new BigDecimal(value).round(new MathContext(2)).doubleValue());
  }

  static String percent(double fraction) {
    return number(fraction * 100) + " %";
  }

  static String rate(double perSecond) {
    return number(perSecond) + "/s";
  }

  static String seconds(double seconds) {
    if (!Double.isFinite(seconds)) {
      return "unknown";
    }
    if (seconds == 0 || seconds >= 0.9995) {
      return number(seconds) + " s";
    }
    return seconds >= 0.0009995 ? number(seconds * 1e3) + " ms" : number(seconds * 1e6) + " µs";
  }

  static String seconds(Duration duration) {
    return seconds(duration.toMillis() / 1e3);
  }

  static String bytes(double bytes) {
    if (!Double.isFinite(bytes)) {
      return "unknown";
    }
    double size = bytes;
    int prefix = 0;
    while (Math.abs(size) >= 1024 && prefix < BINARY_UNITS.size() - 1) {
      size /= 1024;
      prefix++;
    }
    return number(size) + " " + BINARY_UNITS.get(prefix);
  }

  static String times(double ratio) {
    return number(ratio) + "×";
  }

  static String count(long howMany, String noun) {
    return howMany + " " + noun + (howMany == 1 ? "" : "s");
  }
}
