// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * CPython's lock since 3.2: who waits leaves the holder alone for a switch interval, then asks it
 * to drop the lock, and the holder does so at its next instruction.
 *
 * <p>After CPython's {@code Python/ceval_gil.c}, 3.11 to 3.13, of which this is the algorithm and
 * not the code.
 */
final class SwitchIntervalLock implements InterpreterLock {
  /*
   * Who takes                                  Who drops, at a mark or before I/O
   *   T1  while somebody holds the lock:         D1  holder = none, lastHolder = myself
   *   T2    sleep for the interval at most       D2  wake one of T2
   *   T3    if it has passed whole, and the      D3  if a drop is requested: sleep until
   *         lock is held and has not changed         lastHolder is another (woken by T5)
   *         hands meanwhile: request a drop
   *   T4  hold it, lastHolder = myself,        A mark is D and then T, if a drop is requested.
   *       no drop is requested any more
   *   T5  wake D3
   *
   * D3 is the forced switch: without it the dropper, who is awake, has the lock back before the one
   * it has woken is on a processor. It always ends: a request is made under the mutex by one who waits
   * in T, who does not leave before T4, and only T4 withdraws it.
   *
   * Intended: nobody queues. Of all in T2 and of those who arrive, the first at T4 has it; and each
   * change of hands makes those left behind wait for a whole interval again (T3). That is what short
   * requests suffer from, so a fair lock would be another model.
   *
   * CPython has two mutexes where one suffices here, and lets D3 sleep once, not in a loop.
   */
  private static final VarHandle DROP_REQUESTED;

  static {
    try {
      DROP_REQUESTED =
          MethodHandles.lookup()
              .findVarHandle(SwitchIntervalLock.class, "dropRequested", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final long intervalNanos;

  private final ReentrantLock mutex = new ReentrantLock(); // guards all below
  private final Condition dropped = mutex.newCondition();
  private final Condition taken = mutex.newCondition();
  private boolean held;
  private long switches; // changes of hands
  private @Nullable Thread lastHolder; // for good, too: a thread that has ended is no other one

  /*
   * Written under the mutex. A mark reads it without: opaque, so that the read stays in the loop and
   * sees a request in the end; what must be ordered is ordered by the mutex afterwards.
   */
  private boolean dropRequested;

  SwitchIntervalLock(long intervalNanos) {
    this.intervalNanos = intervalNanos;
  }

  @Override
  public void next() {
    if (dropRequested()) {
      drop();
      take();
    }
  }

  @Override
  public void take() {
    Thread self = Thread.currentThread();
    boolean interrupted = false;
    mutex.lock();
    try {
      while (held) {
        long seen = switches;
        boolean whole = false;
        try {
          whole = dropped.awaitNanos(intervalNanos) <= 0;
        } catch (InterruptedException e) {
          interrupted = true;
        }
        if (whole && held && switches == seen) {
          DROP_REQUESTED.setOpaque(this, true);
        }
      }
      held = true;
      if (lastHolder != self) {
        lastHolder = self;
        switches++;
      }
      DROP_REQUESTED.setOpaque(this, false);
      taken.signal();
    } finally {
      mutex.unlock();
    }
    if (interrupted) {
      self.interrupt();
    }
  }

  @Override
  public void drop() {
    Thread self = Thread.currentThread();
    mutex.lock();
    try {
      held = false;
      lastHolder = self;
      dropped.signal();
      if (dropRequested()) {
        while (lastHolder == self) {
          taken.awaitUninterruptibly();
        }
      }
    } finally {
      mutex.unlock();
    }
  }

  /** Whether the holder is to drop the lock at its next mark. */
  boolean dropRequested() {
    return (boolean) DROP_REQUESTED.getOpaque(this);
  }
}
