// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import dev.overtake.compute.Belief;
import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Tells what a compute has learned, a line for each stretch of hints that it treats alike. */
final class Beliefs {
  private static final double NANOS_PER_MICRO = 1_000;

  private Beliefs() {}

  static void print(List<Belief> beliefs, PrintWriter out) {
    for (int first = 0; first < beliefs.size(); ) {
      int end = first + 1;
      while (end < beliefs.size() && isOfOneStretch(beliefs.get(first), beliefs.get(end))) {
        end++;
      }
      out.println(line(beliefs.subList(first, end)));
      first = end;
    }
  }

  private static boolean isOfOneStretch(Belief one, Belief other) {
    return one.kind().equals(other.kind()) && one.travels() == other.travels();
  }

  private static String line(List<Belief> stretch) {
    Belief first = stretch.getFirst();
    long least = stretch.stream().mapToLong(Belief::costNanos).min().orElseThrow();
    long greatest = stretch.stream().mapToLong(Belief::costNanos).max().orElseThrow();
    return "learned: %s %d to %d, %.1f to %.1f us each, %s since %s; a trip costs %.1f us"
        .formatted(
            first.kind(),
            first.leastHint(),
            stretch.getLast().greatestHint(),
            least / NANOS_PER_MICRO,
            greatest / NANOS_PER_MICRO,
            first.travels() ? "travels" : "runs inline",
            first.since().truncatedTo(ChronoUnit.SECONDS),
            first.tripNanos() / NANOS_PER_MICRO);
  }
}
