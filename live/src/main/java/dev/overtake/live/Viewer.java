// SPDX-License-Identifier: Apache-2.0
package dev.overtake.live;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is still to be sent to one viewer: the newest state, and some frames. When there are too
 * many the oldest is dropped: who is slow misses something, and nobody waits for them.
 *
 * <p>Thread-safe; one thread sends.
 */
final class Viewer {
  static final int KEPT_FRAMES = 25;

  private final Thread sender = Thread.currentThread();

  // Guarded by this.
  private final ArrayDeque<byte[]> frames = new ArrayDeque<>();
  private byte @Nullable [] state;
  private long dropped;
  private long sendingSince;
  private boolean sending;

  synchronized void tellState(byte[] event) {
    state = event;
    notifyAll();
  }

  synchronized void tellFrame(byte[] event) {
    if (frames.size() == KEPT_FRAMES) {
      frames.removeFirst();
      dropped++;
    }
    frames.addLast(event);
    notifyAll();
  }

  synchronized long dropped() {
    return dropped;
  }

  /**
   * Waits for what is to be sent next, the state first. What was returned before counts as sent.
   *
   * @return an event; null if there is none for as long as that
   */
  synchronized byte @Nullable [] next(long withinMillis) throws InterruptedException {
    sending = false;
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(withinMillis);
    while (state == null && frames.isEmpty()) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        break;
      }
      wait(left);
    }
    byte[] next = state;
    state = null;
    if (next == null) {
      next = frames.pollFirst();
    }
    sending = true;
    sendingSince = System.nanoTime();
    return next;
  }

  /** Makes the sender end if it has been at one event for so long: the viewer does not read. */
  synchronized void endIfStuck(long forNanos) {
    if (sending && System.nanoTime() - sendingSince > forNanos) {
      sender.interrupt();
    }
  }
}
