// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads durations as people write them: {@code 500us}, {@code 2ms}, {@code 0.5s}, {@code 10m}. */
class Durations implements ITypeConverter<Duration> {
  private static final Pattern NUMBER_AND_UNIT =
      Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ns|us|µs|ms|s|m|h)");

  @Override
  public Duration convert(String text) {
    Matcher matcher = NUMBER_AND_UNIT.matcher(text);
    if (!matcher.matches()) {
      throw new TypeConversionException(
          "'" + text + "' is not a duration; write one like 500us, 2ms, 10s or 5m");
    }
    BigDecimal nanos = new BigDecimal(matcher.group(1)).multiply(nanosIn(matcher.group(2)));
    return Duration.ofNanos(nanos.longValue());
  }

  private static BigDecimal nanosIn(String unit) {
    return BigDecimal.valueOf(
        switch (unit) {
          case "ns" -> 1;
          case "us", "µs" -> 1_000;
          case "ms" -> 1_000_000;
          case "s" -> 1_000_000_000;
          case "m" -> 60_000_000_000L;
          default -> 3_600_000_000_000L;
        });
  }

  /** The same for an option that counts in seconds, so that a bare number will do. */
  static final class InSeconds extends Durations {
    @Override
    public Duration convert(String text) {
      return super.convert(text.matches("[\\d.]+") ? text + "s" : text);
    }
  }
}
