// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The virtual threads that are ready to run, and how carriers sleep while there are none. */
final class RunQueue {
  /*
   * The queue is a linked one because its offer is lock-free in the strict sense: a demoted carrier
   * that loses its processor in the middle of an offer holds up nobody. A ring of slots has a gap then,
   * and every loop waits for the slowest thread of the process.
   *
   * Enqueue against sleep:
   *
   *   Who queues                                  Carrier with nothing to run
   *   Q1 add to the queue                         Z1 waiting := waiting + 1
   *   Q2 if waiting is above 0: wake the poller   Z2 if the queue is empty: wait in the poller
   *                                               Z3 waiting := waiting - 1
   *
   * Both sides write before they read, with full fences: if Z2 missed the thread, Q2 sees Z1. A wake
   * that finds nobody waiting yet ends the next wait. Q2 is left out by a carrier that adds to an empty
   * queue and *then* finds that it still drives a loop: it will look into the queue before it waits, and
   * if its loop is taken from it, that happens later and the next carrier begins by looking.
   *
   * Wakes are merged (one unused wake at a time), so who was woken and leaves threads in the queue
   * wakes the next one: see helpOthers.
   */
  private final ConcurrentLinkedQueue<Runnable> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final Poller poller;
  private volatile boolean stopped; // nobody waits any more

  RunQueue(Poller poller) {
    this.poller = poller;
  }

  /**
   * Q1 and Q2. Never blocks; may be called by any thread.
   *
   * @param caller the slices of the calling carrier, or null if the caller is none
   */
  void add(Runnable continuation, @Nullable Slices caller) {
    Slices next = queue.isEmpty() ? caller : null; // who will run it, if still driving then
    queue.add(continuation);
    if (waiting.get() > 0 && (next == null || !next.driving())) {
      poller.wake();
    }
  }

  @Nullable Runnable next() {
    return queue.poll();
  }

  /**
   * Lets a carrier look for readiness; if nothing is queued it waits, and says so: Z1 to Z3.
   *
   * @param events as in {@link Poller#poll}
   */
  boolean poll(MemorySegment events) {
    boolean waits = queue.isEmpty();
    int found = 0;
    if (waits) {
      waiting.incrementAndGet();
      if (queue.isEmpty() && !stopped) {
        found = poller.poll(events, true);
      }
      // Before anything is queued: who queues would else wake this carrier, which is awake.
      waiting.decrementAndGet();
    } else {
      found = poller.poll(events, false);
    }
    poller.queueReady(events, found);
    return waits;
  }

  /** Called by a carrier that has waited and has taken one thread: more may be left for another. */
  void helpOthers() {
    if (waiting.get() > 0 && !queue.isEmpty()) {
      poller.wake();
    }
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  int size() {
    return queue.size();
  }

  /** How many carriers wait, or are about to, or have just stopped. */
  int waiting() {
    return waiting.get();
  }

  /** Ends all waiting. */
  void stop() {
    stopped = true;
    // A wake may end the wait of a carrier that was about to look at `stopped` anyway.
    while (waiting.get() > 0) {
      poller.wake();
      Thread.onSpinWait();
    }
  }
}
