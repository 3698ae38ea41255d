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
      answers.text(T_MINUS).number(left).endLine();
    }
  }
}
