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
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * A thread is queued while a carrier goes to sleep (Q and Z of {@link RunQueue}): the carrier sees
 * it or is woken.
 */
public final class EnqueueAgainstSleep {
  private static final Runnable THREAD = new Thread("some thread");

  private EnqueueAgainstSleep() {}

  /** A poller in which one sleeps until woken, or until nobody is left who could wake. */
  static final class Bed implements Poller {
    volatile boolean nobodyWakes;
    volatile boolean slept;
    volatile boolean woken;

    @Override
    public int poll(MemorySegment events, boolean wait) {
      if (wait) {
        slept = true;
        while (!woken && !nobodyWakes) {
          Thread.onSpinWait();
        }
      }
      return 0;
    }

    @Override
    public void queueReady(MemorySegment events, int count) {}

    @Override
    public void wake() {
      woken = true;
    }

    @Override
    public void close() {}
  }

  @JCStressTest
  @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "The carrier saw the thread.")
  @Outcome(
      id = "false, true",
      expect = ACCEPTABLE,
      desc = "It saw it, and the wake was for nothing.")
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "The carrier slept and was woken.")
  @Outcome(id = "true, false", expect = FORBIDDEN, desc = "The carrier sleeps, the thread is lost.")
  @State
  public static class Protocol {
    private final Bed bed = new Bed();
    private final RunQueue queue = new RunQueue(bed);

    @Actor
    public void queuer(ZZ_Result result) {
      queue.add(THREAD, null);
      result.r2 = bed.woken;
      bed.nobodyWakes = true;
    }

    @Actor
    public void carrier(ZZ_Result result) {
      queue.poll(MemorySegment.NULL);
      result.r1 = bed.slept;
    }
  }

  /** Z2 comes before Z1: the carrier looks, and then says that it waits. */
  @JCStressTest
  @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "The carrier saw the thread.")
  @Outcome(
      id = "false, true",
      expect = ACCEPTABLE,
      desc = "It saw it, and the wake was for nothing.")
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "The carrier slept and was woken.")
  @Outcome(id = "true, false", expect = FORBIDDEN, desc = "The carrier sleeps, the thread is lost.")
  @State
  public static class TwinLooksBeforeItCounts {
    private final Bed bed = new Bed();
    private final ConcurrentLinkedQueue<Runnable> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();

    @Actor
    public void queuer(ZZ_Result result) {
      queue.add(THREAD);
      if (waiting.get() > 0) {
        bed.wake();
      }
      result.r2 = bed.woken;
      bed.nobodyWakes = true;
    }

    @Actor
    public void carrier(ZZ_Result result) {
      if (queue.isEmpty()) {
        waiting.incrementAndGet();
        bed.poll(MemorySegment.NULL, true);
        waiting.decrementAndGet();
      }
      result.r1 = bed.slept;
    }
  }

  /** Q2 comes before Q1: who queues wakes first. */
  @JCStressTest
  @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "The carrier saw the thread.")
  @Outcome(
      id = "false, true",
      expect = ACCEPTABLE,
      desc = "It saw it, and the wake was for nothing.")
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "The carrier slept and was woken.")
  @Outcome(id = "true, false", expect = FORBIDDEN, desc = "The carrier sleeps, the thread is lost.")
  @State
  public static class TwinWakesBeforeItQueues {
    private final Bed bed = new Bed();
    private final ConcurrentLinkedQueue<Runnable> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();

    @Actor
    public void queuer(ZZ_Result result) {
      if (waiting.get() > 0) {
        bed.wake();
      }
      queue.add(THREAD);
      result.r2 = bed.woken;
      bed.nobodyWakes = true;
    }

    @Actor
    public void carrier(ZZ_Result result) {
      waiting.incrementAndGet();
      if (queue.isEmpty()) {
        bed.poll(MemorySegment.NULL, true);
      }
      waiting.decrementAndGet();
      result.r1 = bed.slept;
    }
  }
}
