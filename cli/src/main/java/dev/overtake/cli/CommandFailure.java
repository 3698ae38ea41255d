// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import java.util.function.Supplier;

/** Ends a command: its message is the one line the user reads, its code the exit status. */
final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  final ExitCode exitCode;

  CommandFailure(ExitCode exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  private CommandFailure(ExitCode exitCode, String message, IllegalArgumentException cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** For an exception whose message, the rule and the value, is for the user. */
  static CommandFailure misused(IllegalArgumentException e) {
    return new CommandFailure(ExitCode.MISUSED, String.valueOf(e.getMessage()), e);
  }

  /**
   * Makes something of what the user has said.
   *
   * @throws CommandFailure if that throws {@link IllegalArgumentException}, whose message, the rule
   *     and the value, is for the user
   */
  static <T> T misusedUnless(Supplier<T> accepted) {
    try {
      return accepted.get();
    } catch (IllegalArgumentException e) {
      throw misused(e);
    }
  }

  /** As {@link #misusedUnless(Supplier)}, where the rule has another name for the option. */
  static <T> T misusedUnless(String option, Supplier<T> accepted) {
    try {
      return accepted.get();
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.MISUSED, option + ": " + e.getMessage(), e);
    }
  }
}
