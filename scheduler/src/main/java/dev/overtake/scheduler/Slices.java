// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The slices of one carrier, one after another, and whether the carrier still drives its loop: the
 * watchdog may take the loop in the middle of a slice.
 */
final class Slices {
  /*
   * End of slice against hand-off. `state` is the number of the slice times four plus a phase.
   *
   *   Carrier                                   Watchdog
   *   C1 current and start := this slice        W1 read state: RUNNING n
   *   C2 state := RUNNING n (volatile)          W2 read start; state still RUNNING n, or give up
   *   C3 run the slice                          W3 judge
   *   C4 compare-and-set RUNNING n to IDLE n    W4 compare-and-set RUNNING n to TAKEN n
   *      failed: the loop is gone; leave           failed: the slice has ended; nothing happens
   *                                             W5 demote, then give the loop to a spare carrier
   *                                             W6 release the carrier: it may end
   *
   * C2 is followed by a look at the loop's alarm, see Alarm.
   *
   * Exactly one of C4 and W4 succeeds, and the number keeps W4 from taking a later slice than the one
   * that was judged. Between W4 and W6 the watchdog may read what C1 wrote. From W4 to the end of the
   * slice the carrier runs handler code while another one drives the loop, so nothing of the loop that
   * handler code reaches may belong to a thread.
   *
   * W6 exists because a thread's number may be given to a new thread once it has ended: whoever lowers
   * a thread by its number must know that it lives.
   */
  static final int IDLE = 0;
  static final int RUNNING = 1;
  static final int TAKEN_COMPUTING = 2;
  static final int TAKEN_BLOCKED = 3;

  private static final VarHandle STATE;
  private static final VarHandle START;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      STATE = lookup.findVarHandle(Slices.class, "state", long.class);
      START = lookup.findVarHandle(Slices.class, "startNanos", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile long state;
  private @Nullable Runnable current; // plain: written before C2, read after W4

  @SuppressWarnings("UnusedVariable") // through START
  private long startNanos; // release and acquire: W2's second look at state comes after it

  // -- The carrier's side.

  /** C1 and C2; returns what {@link #end} wants to know. */
  long begin(Runnable continuation, long nowNanos) {
    long running = (state & ~3L) + 4 + RUNNING;
    current = continuation;
    START.setRelease(this, nowNanos);
    state = running;
    return running;
  }

  /** C4; false if the loop was taken meanwhile. */
  boolean end(long running) {
    if (!STATE.compareAndSet(this, running, running - RUNNING)) {
      return false;
    }
    current = null; // or a sleeping carrier would keep the last thread from the collector
    return true;
  }

  /**
   * After W6: whether the slice was taken as blocked and did not compute after all. The next slice
   * may begin. Not while {@link #turnComputing} is under way: the carrier's lock sees to that.
   */
  boolean forgetTaken() {
    boolean blocked = phase(state) == TAKEN_BLOCKED;
    current = null;
    state = state & ~3L;
    return blocked;
  }

  // -- The watchdog's side, and everybody's.

  static int phase(long state) {
    return (int) state & 3;
  }

  /** W1: the number of the slice and its phase in one. */
  long state() {
    return state;
  }

  /** W2. */
  long startNanos() {
    return (long) START.getAcquire(this);
  }

  /** W4. On success the caller owes W5 and W6. */
  boolean take(long running, int taken) {
    return STATE.compareAndSet(this, running, running - RUNNING + taken);
  }

  /** The slice that was taken as blocked computes after all; false if it has ended. */
  boolean turnComputing() {
    long taken = state;
    return phase(taken) == TAKEN_BLOCKED
        && STATE.compareAndSet(this, taken, taken - TAKEN_BLOCKED + TAKEN_COMPUTING);
  }

  /** The continuation of the slice that was taken; for who took it, before W6. */
  Runnable taken() {
    Runnable taken = current;
    if (taken == null) {
      throw new IllegalStateException("no slice was taken");
    }
    return taken;
  }

  /** Whether the loop has not been taken. */
  boolean driving() {
    return phase(state) <= RUNNING;
  }

  /** How many slices have begun. */
  long count() {
    return state >>> 2;
  }
}
