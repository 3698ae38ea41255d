// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.time.Duration;
import java.util.function.Predicate;

/**
 * Repeats a run, longer each time, until it shows what the test is about.
 *
 * <p>A machine that is busy with other things may give a server no time within any fixed one.
 */
final class Enough {
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private Enough() {}

  /** A run whose phases are so long. */
  interface Run<T> {
    T of(Duration phase) throws Exception;
  }

  /** Returns the first run that shows it, or the longest. */
  static <T> T until(Predicate<T> shown, Run<T> run) throws Exception {
    for (Duration phase = Duration.ofMillis(300); ; phase = phase.multipliedBy(3)) {
      T result = run.of(phase);
      if (shown.test(result) || phase.compareTo(LONGEST) > 0) {
        return result;
      }
    }
  }
}
