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

  @Override
  void answer(long n, Answers answers, Instructions marks) throws IOException {
    answers.number(fib(n, marks)).endLine();
  }

  static long fib(long n) {
    return n <= 2 ? 1 : fib(n - 1) + fib(n - 2);
  }

  /** The same, an instruction being an operation: a comparison, subtraction, call, sum, return. */
  static long fib(long n, Instructions marks) {
    marks.next();
    if (n <= 2) {
      marks.next();
      return 1;
    }
    marks.next();
    long before = n - 1;
    marks.next();
    long left = fib(before, marks);
    marks.next();
    long secondBefore = n - 2;
    marks.next();
    long right = fib(secondBefore, marks);
    marks.next();
    long sum = left + right;
    marks.next();
    return sum;
  }
}
