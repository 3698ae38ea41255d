// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The last few measurements of one thing, and their median: not their mean, because a measured time
 * is the true one plus whatever the processor did for others meanwhile.
 *
 * <p>Thread-safe; a measurement that comes while another is being noted is dropped.
 */
final class Samples {
  static final long NONE = -1;

  private static final int KEPT = 5;

  /** After such a pause the old ones say nothing any more. */
  private static final long FORGOTTEN_AFTER_NANOS = Duration.ofMinutes(1).toNanos();

  private final ReentrantLock noting = new ReentrantLock(); // guards what is below
  private final long[] ring = new long[KEPT];
  private final long[] sorted = new long[KEPT];
  private long count;
  private long notedNanos;

  private volatile long medianNanos = NONE; // written under the lock

  void note(long sampleNanos, long nowNanos) {
    if (!noting.tryLock()) {
      return;
    }
    try {
      if (nowNanos - notedNanos > FORGOTTEN_AFTER_NANOS) {
        count = 0;
      }
      notedNanos = nowNanos;
      ring[(int) (count++ % KEPT)] = sampleNanos;
      int n = (int) Math.min(count, KEPT);
      System.arraycopy(ring, 0, sorted, 0, n);
      Arrays.sort(sorted, 0, n);
      medianNanos = sorted[(n - 1) / 2];
    } finally {
      noting.unlock();
    }
  }

  /** Returns {@link #NONE} before the first sample. */
  long medianNanos() {
    return medianNanos;
  }
}
