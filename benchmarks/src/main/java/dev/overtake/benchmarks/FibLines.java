// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import java.util.Arrays;

/**
 * What every peer computes: requests are numbers ended by newlines, however packets cut them, and
 * answers are Fibonacci numbers by naive recursion. Nothing of the protocol that load does not
 * send.
 *
 * <p>One for each connection. Not thread-safe.
 */
final class FibLines {
  private static final int LONGEST_LINE = 20;

  private long n; // the digits of an unfinished request
  private byte[] answers = new byte[64];
  private int length;

  /** Takes one byte; if it ends a request, computes and adds the answer. */
  void take(byte b) {
    if (b >= '0' && b <= '9') {
      n = 10 * n + (b - '0');
    } else if (b == '\n') {
      add(fib(n));
      n = 0;
    }
  }

  /** Where the answers are, from index 0. */
  byte[] answers() {
    return answers;
  }

  /** How many bytes of answers there are since the last {@link #clear}. */
  int length() {
    return length;
  }

  void clear() {
    length = 0;
  }

  static long fib(long n) {
    return n <= 2 ? 1 : fib(n - 1) + fib(n - 2);
  }

  private void add(long number) {
    if (length + LONGEST_LINE > answers.length) {
      answers = Arrays.copyOf(answers, 2 * answers.length);
    }
    int end = length + 1;
    for (long rest = number; rest > 9; rest /= 10) {
      end++;
    }
    answers[end] = '\n';
    long rest = number;
    for (int i = end - 1; i >= length; i--) {
      answers[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length = end + 1;
  }
}
