// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

import java.time.Duration;

/** Checks of what builders are told. */
final class Ranges {
  /** How large a task or a result may be when serialized, unless told otherwise. */
  static final int TASK_BYTES = 16 << 20;

  private Ranges() {}

  static int taskBytes(int value) {
    return (int) check("taskBytes", value, 64 << 10, 1 << 28);
  }

  static long check(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s must be from %d to %d: %s=%d".formatted(name, least, most, name, value));
    }
    return value;
  }

  static Duration notNegative(String name, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(name + " must not be negative: " + name + "=" + value);
    }
    return value;
  }
}
