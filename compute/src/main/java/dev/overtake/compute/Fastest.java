// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The fastest of the measurements of the last while: what a thing takes when nobody is in its way.
 *
 * <p>Thread-safe; a measurement that comes while another is being noted is dropped.
 */
final class Fastest {
  /** The last while is the present window and the one before. */
  private static final long WINDOW_NANOS = Duration.ofSeconds(10).toNanos();

  private final ReentrantLock noting = new ReentrantLock(); // guards what is below
  private long windowBegunNanos;
  private long inWindow = Long.MAX_VALUE;
  private long inWindowBefore = Long.MAX_VALUE;

  private volatile long nanos = Samples.NONE; // written under the lock

  void note(long sampleNanos, long nowNanos) {
    if (!noting.tryLock()) {
      return;
    }
    try {
      long ageNanos = nowNanos - windowBegunNanos;
      if (nanos == Samples.NONE || ageNanos > WINDOW_NANOS) {
        inWindowBefore = ageNanos > 2 * WINDOW_NANOS ? Long.MAX_VALUE : inWindow;
        inWindow = Long.MAX_VALUE;
        windowBegunNanos = nowNanos;
      }
      inWindow = Math.min(inWindow, sampleNanos);
      nanos = Math.min(inWindow, inWindowBefore);
    } finally {
      noting.unlock();
    }
  }

  /** Returns {@link Samples#NONE} before the first measurement. */
  long nanos() {
    return nanos;
  }
}
