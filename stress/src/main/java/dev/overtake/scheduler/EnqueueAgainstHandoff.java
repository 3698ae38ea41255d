// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * A carrier queues a thread at the end of its slice, counting on itself to run it, while its loop
 * is handed to a spare carrier, which finds nothing and goes to sleep ({@link RunQueue#add} and
 * {@link Slices#driving}): somebody runs the thread.
 */
public final class EnqueueAgainstHandoff {
  private static final Runnable THREAD = new Thread("some thread");

  private EnqueueAgainstHandoff() {}

  @JCStressTest
  @Outcome(id = "same", expect = ACCEPTABLE, desc = "The same carrier runs it: no hand-off.")
  @Outcome(id = "spare", expect = ACCEPTABLE, desc = "The spare carrier finds it.")
  @Outcome(
      id = "woken",
      expect = ACCEPTABLE,
      desc = "The spare carrier sleeps and is woken for it.")
  @Outcome(id = "lost", expect = FORBIDDEN, desc = "The spare carrier sleeps, the thread is lost.")
  @State
  public static class Protocol {
    private final EnqueueAgainstSleep.Bed bed = new EnqueueAgainstSleep.Bed();
    private final RunQueue queue = new RunQueue(bed);
    private final Slices slices = new Slices();
    private final long running = slices.begin(() -> {}, 0);

    @Actor
    public void carrier(L_Result result) {
      queue.add(THREAD, slices);
      bed.nobodyWakes = true;
      if (slices.end(running)) {
        result.r1 = queue.next() == THREAD ? "same" : "lost";
      }
    }

    @Actor
    public void watchdogAndSpare(L_Result result) {
      if (slices.take(running, Slices.TAKEN_COMPUTING)) {
        if (queue.next() == THREAD) {
          result.r1 = "spare";
          return;
        }
        queue.poll(MemorySegment.NULL);
        result.r1 = !bed.slept ? "spare" : bed.woken ? "woken" : "lost";
      }
    }
  }

  /** The carrier looks whether it drives before it queues. */
  @JCStressTest
  @Outcome(id = "same", expect = ACCEPTABLE, desc = "The same carrier runs it: no hand-off.")
  @Outcome(id = "spare", expect = ACCEPTABLE, desc = "The spare carrier finds it.")
  @Outcome(
      id = "woken",
      expect = ACCEPTABLE,
      desc = "The spare carrier sleeps and is woken for it.")
  @Outcome(id = "lost", expect = FORBIDDEN, desc = "The spare carrier sleeps, the thread is lost.")
  @State
  public static class TwinLooksBeforeItQueues {
    private final EnqueueAgainstSleep.Bed bed = new EnqueueAgainstSleep.Bed();
    private final ConcurrentLinkedQueue<Runnable> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final Slices slices = new Slices();
    private final long running = slices.begin(() -> {}, 0);

    @Actor
    public void carrier(L_Result result) {
      boolean driving = slices.driving();
      queue.add(THREAD);
      if (!driving && waiting.get() > 0) {
        bed.wake();
      }
      bed.nobodyWakes = true;
      if (slices.end(running)) {
        result.r1 = queue.poll() == THREAD ? "same" : "lost";
      }
    }

    @Actor
    public void watchdogAndSpare(L_Result result) {
      if (slices.take(running, Slices.TAKEN_COMPUTING)) {
        if (queue.poll() == THREAD) {
          result.r1 = "spare";
          return;
        }
        waiting.incrementAndGet();
        if (queue.isEmpty()) {
          bed.poll(MemorySegment.NULL, true);
        }
        waiting.decrementAndGet();
        result.r1 = !bed.slept ? "spare" : bed.woken ? "woken" : "lost";
      }
    }
  }
}
