// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.math.BigDecimal;
import java.time.Duration;

/** The rules for arguments that several generators share, each with the value in its message. */
final class Check {
  /** Beyond this the Fibonacci number does not fit a {@code long}. */
  static final int LARGEST_N = 92;

  static final int MOST_CONNECTIONS = 10_000;
  static final Duration LONGEST = Duration.ofHours(1);
  static final Duration CONNECT_PATIENCE = Duration.ofSeconds(5);

  private Check() {}

  static void range(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s must be from %d to %d: %s=%d".formatted(name, least, most, name, value));
    }
  }

  static void n(String name, int n) {
    range(name, n, 1, LARGEST_N);
  }

  static void duration(String name, Duration value, Duration least) {
    if (value.compareTo(least) < 0 || value.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "%s must be from %s to %s s: %s=%s s"
              .formatted(name, seconds(least), seconds(LONGEST), name, seconds(value)));
    }
  }

  static void interval(Duration interval) {
    duration("interval", interval, Duration.ofMillis(10));
    if (Duration.ofSeconds(1).toNanos() % interval.toNanos() != 0) {
      throw new IllegalArgumentException(
          "interval must fit a whole number of times into a second: interval=%s s"
              .formatted(seconds(interval)));
    }
  }

  static String seconds(Duration duration) {
    return BigDecimal.valueOf(duration.toNanos(), 9).stripTrailingZeros().toPlainString();
  }
}
