// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The last few measurements of one thing, and a quantile of them: not their mean, because a
 * measured time is the true one plus whatever the processor did for others meanwhile.
 *
 * <p>Thread-safe; a measurement that comes while another is being noted is dropped.
 */
final class Samples {
  static final long NONE = -1;

  /** After such a pause the old ones say nothing any more. */
  private static final long FORGOTTEN_AFTER_NANOS = Duration.ofMinutes(1).toNanos();

  private final int part;
  private final ReentrantLock noting = new ReentrantLock(); // guards what is below
  private final long[] ring;
  private final long[] sorted;
  private long count;

  private volatile long notedNanos; // written under the lock
  private volatile long nanos = NONE; // written under the lock

  /**
   * Nothing is measured yet.
   *
   * @param kept how many measurements count
   * @param part one in so many of them is below what {@link #nanos} tells: 2 for the median
   */
  Samples(int kept, int part) {
    this.part = part;
    ring = new long[kept];
    sorted = new long[kept];
  }

  void note(long sampleNanos, long nowNanos) {
    if (!noting.tryLock()) {
      return;
    }
    try {
      if (nowNanos - notedNanos > FORGOTTEN_AFTER_NANOS) {
        count = 0;
      }
      notedNanos = nowNanos;
      ring[(int) (count++ % ring.length)] = sampleNanos;
      int n = (int) Math.min(count, ring.length);
      System.arraycopy(ring, 0, sorted, 0, n);
      Arrays.sort(sorted, 0, n);
      nanos = sorted[(n - 1) / part];
    } finally {
      noting.unlock();
    }
  }

  /** Returns {@link #NONE} before the first sample. */
  long nanos() {
    return nanos;
  }

  /** Returns when the latest sample was noted; 0 before the first one. */
  long notedNanos() {
    return notedNanos;
  }
}
