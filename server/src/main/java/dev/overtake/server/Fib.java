// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import java.io.IOException;

/** Answers n with the n-th Fibonacci number, computed the slow way on purpose. */
final class Fib extends NumberHandler {
  /** fib(93) would not fit in a long. */
  static final int LARGEST = 92;

  Fib() {
    super(LARGEST);
  }

  @Override
  void answer(long n, Answers answers) throws IOException {
    answers.number(fib(n)).endLine();
  }

  static long fib(long n) {
    return n <= 2 ? 1 : fib(n - 1) + fib(n - 2);
  }
}
