// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import java.io.Closeable;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The timers of the loops' alarms, and how the watchdog waits for one of them to go off. */
interface Alarms extends Closeable {
  /**
   * Lets a loop's alarm go off once, after so many nanoseconds, and at no time set before. Any
   * thread may call it; it never blocks, and does nothing after close.
   */
  void set(int loop, long nanos);

  /**
   * Waits until an alarm goes off, or {@link #ring}, or the time is over; may return for no reason.
   * The watchdog's alone.
   *
   * @param nanos how long; {@link Long#MAX_VALUE} for ever
   */
  void await(long nanos);

  /** Whether a loop's alarm has gone off since it was last asked. The watchdog's alone. */
  boolean wentOff(int loop);

  /** Ends the wait, or the next one to begin. Any thread may call it. */
  void ring();

  @Override
  void close();

  /**
   * Alarms by the JDK's timed waits, where the system's timers are out of reach: the watchdog wakes
   * when an alarm was to go off, though it may have been put off meanwhile.
   */
  final class Parked implements Alarms {
    /*
     *   Who sets                                 Watchdog
     *   S1 due := then                           T1 plan := for ever, and say who waits
     *   S2 if somebody waits, and until later:   T2 plan := the earliest due, or the end of the wait
     *      unpark                                T3 park until then
     *
     * Both sides write before they read, with full fences: if T2 missed the due, S2 sees the plan of T1
     * or that of T2, which is later, and the unpark ends T3 or leaves a permit that does.
     */
    private static final long NEVER = 0;

    private final AtomicLongArray due; // by System.nanoTime, NEVER if not set
    private volatile @Nullable Thread waiting;
    private volatile boolean forEver; // with planNanos: when the wait ends
    private volatile long planNanos;
    private volatile boolean rung;

    Parked(int loops) {
      due = new AtomicLongArray(loops);
    }

    @Override
    public void set(int loop, long nanos) {
      long then = System.nanoTime() + nanos;
      due.set(loop, then == NEVER ? 1 : then);
      Thread watchdog = waiting;
      if (watchdog != null && (forEver || planNanos - then > 0)) {
        LockSupport.unpark(watchdog);
      }
    }

    @Override
    public void await(long nanos) {
      forEver = true;
      waiting = Thread.currentThread();
      boolean ends = nanos != Long.MAX_VALUE;
      long now = System.nanoTime();
      long plan = now + (ends ? nanos : 0);
      for (int i = 0; i < due.length(); i++) {
        long then = due.get(i);
        if (then != NEVER && (!ends || then - plan < 0)) {
          plan = then;
          ends = true;
        }
      }
      if (ends) {
        planNanos = plan;
        forEver = false;
      }
      if (!rung && !ends) {
        LockSupport.park(this);
      } else if (!rung) {
        LockSupport.parkNanos(this, plan - now); // at once if that is past
      }
      rung = false;
      waiting = null;
    }

    @Override
    public boolean wentOff(int loop) {
      long then = due.get(loop);
      return then != NEVER && System.nanoTime() - then >= 0 && due.compareAndSet(loop, then, NEVER);
    }

    @Override
    public void ring() {
      rung = true;
      LockSupport.unpark(waiting);
    }

    @Override
    public void close() {}
  }
}
