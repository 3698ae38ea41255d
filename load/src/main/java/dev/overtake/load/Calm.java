// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.util.Arrays;

/**
 * Finds the moment from which requests are answered as quickly as when all was calm.
 *
 * <p>That is when the first of so many successive requests was due that were all answered, and
 * within the limit. Not thread-safe.
 */
final class Calm {
  private final long limitNanos;
  private final int streak;
  private long[] dueNanos = new long[256];
  private byte[] state = new byte[256]; // 0 undecided, 1 calm, 2 not
  private int next; // all before it are decided
  private int inStreak;
  private int streakBegin;

  Calm(long limitNanos, int streak) {
    this.limitNanos = limitNanos;
    this.streak = streak;
  }

  /** The request of that number, counted from 0 in the order of their due times, has ended. */
  void decided(int number, long due, long nowNanos, Outcome outcome) {
    if (number >= state.length) {
      int length = Math.max(number + 1, 2 * state.length);
      state = Arrays.copyOf(state, length);
      dueNanos = Arrays.copyOf(dueNanos, length);
    }
    dueNanos[number] = due;
    boolean calm = outcome == Outcome.OK && nowNanos - due <= limitNanos;
    state[number] = (byte) (calm ? 1 : 2);
    while (!isReached() && next < state.length && state[next] != 0) {
      if (state[next] == 2) {
        inStreak = 0;
      } else if (inStreak++ == 0) {
        streakBegin = next;
      }
      next++;
    }
  }

  boolean isReached() {
    return inStreak == streak;
  }

  /** When it began; only if it is reached. */
  long sinceNanos() {
    return dueNanos[streakBegin];
  }
}
