// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Where the poller leaves word that a socket is ready in one direction, and a thread waits for it.
 */
final class Readiness {
  /*
   * One cell: empty, READY, or the thread that waits.
   *
   *   Poller                                  Thread
   *   P1 exchange the cell for READY          T1 (the system said "would block", or gave less than
   *   P2 if a thread was in it: unpark              was asked for)
   *                                           T2 cell is READY: empty it, go to T1's system call
   *                                           T3 cell empty: compare-and-set to this thread
   *                                           T4 park; go to T2
   *
   * The cell is emptied before the system call, so an edge that comes after it is seen the next time.
   * T3 fails only against P1, and T2 then sees READY: no edge is lost.
   */
  private static final Object READY = new Object();
  private static final VarHandle CELL;

  static {
    try {
      CELL = MethodHandles.lookup().findVarHandle(Readiness.class, "cell", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile @Nullable Object cell;

  /** P1. Returns who is to be unparked, if anybody. */
  @Nullable Thread raise() {
    // A look before the exchange: an edge that tells nothing new costs no write. It pairs with T2:
    // a cell that was emptied before the system call is seen empty here.
    return cell != READY && CELL.getAndSet(this, READY) instanceof Thread waiting ? waiting : null;
  }

  /**
   * T2 and T3. Returns whether to park; if not, the system may have something now.
   *
   * @throws IllegalStateException if another thread waits; it goes on waiting
   */
  boolean arm(Thread current) {
    while (true) {
      Object seen = cell;
      if (seen == READY) {
        cell = null;
        return false;
      }
      if (seen == current || CELL.compareAndSet(this, null, current)) {
        return true;
      }
      if (seen instanceof Thread other) {
        throw new IllegalStateException(
            "one thread at a time may wait in a direction: waiting=" + other);
      }
    }
  }

  /** Waits until the system may have something; says whether the thread parked for it. */
  boolean await() {
    Thread current = Thread.currentThread();
    boolean parked = false;
    boolean interrupted = false;
    while (arm(current)) {
      LockSupport.park(this);
      parked = true;
      interrupted |= Thread.interrupted(); // or the next park would not wait
    }
    if (interrupted) {
      current.interrupt();
    }
    return parked;
  }
}
