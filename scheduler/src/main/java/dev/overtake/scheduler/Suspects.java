// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The virtual threads that have overstayed lately, and the cap on how many may overstay at a time.
 *
 * <p>Below the cap a suspect is an ordinary thread: to start it elsewhere would cost every
 * connection that mixes short and long requests. At the cap a suspect waits here for a place, so
 * that it does not occupy a loop that could no longer be handed off cheaply; other threads go on. A
 * suspect is forgiven by its first slice that ends in time, or after a second. See decision 0003.
 *
 * <p>No suspect waits for ever: those that overstay may be waiting for what it will do. So the
 * watchdog, which stays awake while suspects wait, lets them in one by one, see {@link #letIn} and
 * {@link #forgive}.
 */
final class Suspects {
  private static final long FORGIVEN_AFTER_NANOS = 1_000_000_000L;

  /*
   * A suspect waits, and a place is freed:
   *
   *   Thread that queues a suspect             Carrier whose overstaying slice ends
   *   S1 overstaying is at the cap             F1 overstaying := overstaying - 1
   *   S2 add to waiting                        F2 take from waiting, if any, and queue it
   *   S3 if overstaying is below the cap:
   *      take from waiting, if any, and queue it
   *
   * If F2 came too early to see S2's suspect, then F1 came before S3's look, which sees the place.
   */
  private final int cap;
  private final AtomicInteger overstaying = new AtomicInteger();
  private final ConcurrentHashMap<Runnable, Long> since = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<Runnable> waiting = new ConcurrentLinkedQueue<>();

  Suspects(int cap) {
    this.cap = cap;
  }

  int overstaying() {
    return overstaying.get();
  }

  int waiting() {
    return waiting.size();
  }

  /** Whether there is nobody to forgive. */
  boolean none() {
    return since.isEmpty();
  }

  boolean noneWaits() {
    return waiting.isEmpty();
  }

  boolean atCap() {
    return overstaying.get() >= cap;
  }

  /** Notes a slice that has just overstayed. */
  void overstayed(Runnable continuation, long nowNanos) {
    overstaying.incrementAndGet();
    since.put(continuation, nowNanos);
  }

  /** Likewise a slice of a poller, which is no suspect: many wait for what it finds. */
  void pollerOverstayed() {
    overstaying.incrementAndGet();
  }

  /** F1 and F2's first half: returns a suspect that may now be queued. */
  @Nullable Runnable overstayEnded(Runnable continuation) {
    overstaying.decrementAndGet();
    Thread thread = JdkInternals.threadOf(continuation);
    if (thread != null && !thread.isAlive()) {
      since.remove(continuation);
    }
    return waiting.poll();
  }

  /** S1 to S3. Returns what is to be queued now: the thread itself, another suspect, or nothing. */
  @Nullable Runnable admit(Runnable continuation) {
    if (since.isEmpty() || !atCap() || !since.containsKey(continuation)) {
      return continuation;
    }
    waiting.add(continuation);
    return atCap() ? null : waiting.poll();
  }

  /** A slice has ended in time. */
  void endedInTime(Runnable continuation) {
    if (!since.isEmpty()) {
      since.remove(continuation);
    }
  }

  /**
   * Returns a suspect that may now be queued, if there is a place for one. F2 gives each freed
   * place to one suspect, which may then not overstay and so free no place in its turn: the rest
   * come in here.
   */
  @Nullable Runnable letIn() {
    return waiting.isEmpty() || atCap() ? null : waiting.poll();
  }

  /**
   * Forgives those whose second is over, and returns one of them that waits, if any: it may now be
   * queued though there is no place. The watchdog calls it now and then, so that the cap is passed
   * slowly.
   */
  @Nullable Runnable forgive(long nowNanos) {
    since.values().removeIf(overstayedNanos -> nowNanos - overstayedNanos > FORGIVEN_AFTER_NANOS);
    Runnable first = waiting.peek();
    return first == null || since.containsKey(first) ? null : waiting.poll();
  }

  /** Returns any suspect that waits, for an end in which nobody waits any more. */
  @Nullable Runnable letInAnyway() {
    return waiting.poll();
  }
}
