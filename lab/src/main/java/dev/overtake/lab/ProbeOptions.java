// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.load.Interference;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the probe is to do.
 *
 * @param load whom to ask what, how often, for how long
 * @param shortOne the short request, as the user wrote it
 * @param longOne the long request, as the user wrote it
 * @param expectations what must hold
 * @param commandLine what repeats the run; shown in the report, so without secrets
 * @param out where the results go; null for a new folder in {@code overtake-runs}
 */
public record ProbeOptions(
    Interference.Options load,
    String shortOne,
    String longOne,
    List<Expectation> expectations,
    String commandLine,
    @Nullable Path out) {
  /**
   * Checks that the expectations can be judged by such a run.
   *
   * @throws IllegalArgumentException if one is about a number of long requests that is not
   *     measured, or a percentile with too few requests; the message says what to change
   */
  public ProbeOptions {
    expectations = List.copyOf(expectations);
    for (Expectation expectation : expectations) {
      expectation.checkAgainst(load);
    }
  }
}
