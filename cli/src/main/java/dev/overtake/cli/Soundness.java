// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import dev.overtake.load.Failures;
import dev.overtake.load.GeneratorHealth;
import java.io.PrintWriter;

/**
 * What a client says after its result: what went wrong, and whether the figures can be believed.
 */
final class Soundness {
  private Soundness() {}

  /**
   * Tells it to the user.
   *
   * @throws CommandFailure if there was no answer at all, or the generator was the limit
   */
  static void check(long answered, Failures failures, GeneratorHealth health, PrintWriter err) {
    if (failures.total() > 0) {
      err.println("went wrong: " + inWords(failures));
    }
    err.println("generator: " + health.verdict());
    if (answered == 0) {
      throw new CommandFailure(
          ExitCode.FAILED,
          "no answer at all; check that the server is not busy with others, and speaks the"
              + " protocol");
    }
    if (health.saturated()) {
      throw new CommandFailure(
          ExitCode.INVALID,
          "the generator was the limit, so the server's is higher; give the generator a core of its"
              + " own");
    }
  }

  private static String inWords(Failures failures) {
    StringBuilder words = new StringBuilder();
    append(words, failures.refused(), "refused");
    append(words, failures.connectTimeouts(), "timed out connecting");
    append(words, failures.otherConnectFailures(), "could not connect");
    append(words, failures.resets(), "reset");
    append(words, failures.closes(), "closed by the server");
    append(words, failures.nonsense(), "answered nonsense");
    if (failures.firstNonsense() != null) {
      words.append(", first '").append(failures.firstNonsense()).append('\'');
    }
    return words.toString();
  }

  private static void append(StringBuilder words, long count, String what) {
    if (count > 0) {
      words.append(words.isEmpty() ? "" : ", ").append(count).append(' ').append(what);
    }
  }
}
