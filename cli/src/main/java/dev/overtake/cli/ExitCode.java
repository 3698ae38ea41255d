// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

/** What the command's exit status says; scripts rely on the numbers. */
enum ExitCode {
  DONE(0),
  FAILED(1),
  /** An option or argument that makes no sense. */
  MISUSED(2),
  /** What was to be kept is not: something is worse than before. */
  MISSED(3),
  /** The figures say nothing about the server: the generator was the limit. */
  INVALID(4),
  /** Nobody answers at the address. */
  UNREACHABLE(5);

  final int number;

  ExitCode(int number) {
    this.number = number;
  }
}
