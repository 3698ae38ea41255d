// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;

/** Answers n with a line for each number from n down to 1. */
final class Countdown extends NumberHandler {
  private static final int LARGEST = 1_000_000;
  private static final byte[] T_MINUS = "T-minus ".getBytes(US_ASCII);

  Countdown() {
    super(LARGEST);
  }

  @Override
  void answer(long n, Answers answers) throws IOException {
    for (long left = n; left > 0; left--) {
      line(left, answers);
    }
  }

  /** An instruction is an operation: a comparison, a call, a subtraction, a jump. */
  @Override
  void answer(long n, Answers answers, Instructions marks) throws IOException {
    for (long left = n; left > 0; left--) {
      marks.next();
      line(left, answers);
      marks.next();
      marks.next();
      marks.next();
    }
  }

  private static void line(long left, Answers answers) throws IOException {
    answers.text(T_MINUS).number(left).endLine();
  }
}
