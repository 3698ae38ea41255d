// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import java.io.Closeable;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/** What an event loop waits in when it has nothing to run. Many carriers wait in one poller. */
interface Poller extends Closeable {
  /**
   * Finds sockets that are ready.
   *
   * @param events where a native poller puts what it finds; the caller's alone
   * @param wait whether to wait for readiness or {@link #wake}; may return for no reason
   * @return how many events there are
   */
  int poll(MemorySegment events, boolean wait);

  /** Puts the threads whose sockets {@link #poll} has found ready on the run queue. */
  void queueReady(MemorySegment events, int count);

  /** Ends the wait of one waiting carrier, or the next wait to begin. Any thread may call it. */
  void wake();

  /** Releases what the poller holds; nobody may be waiting in it any more. */
  @Override
  void close();

  /** Where the system has no native poller: there are no sockets, only wake-ups. */
  final class WakeOnly implements Poller {
    private final Semaphore wakes = new Semaphore(0);
    // One unused wake is enough: whoever takes it looks at the queue and wakes the next.
    private final AtomicBoolean pending = new AtomicBoolean();

    @Override
    public int poll(MemorySegment events, boolean wait) {
      if (wait) {
        wakes.acquireUninterruptibly();
        pending.set(false);
      }
      return 0;
    }

    @Override
    public void queueReady(MemorySegment events, int count) {}

    @Override
    public void wake() {
      if (pending.compareAndSet(false, true)) {
        wakes.release();
      }
    }

    @Override
    public void close() {}
  }
}
