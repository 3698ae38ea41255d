// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The older lock, of Python 2: the holder releases it after every hundred instructions and takes it
 * again.
 *
 * <p>After the documented behaviour of Python 2.7's {@code sys.setcheckinterval}.
 */
final class TickLock implements InterpreterLock {
  /*
   * Intended: nothing makes the holder wait for the one it has woken, so it mostly has the lock back
   * before that one is on a processor, and the two do this all over again every hundred instructions:
   * the convoy for which this lock was replaced.
   */
  private static final int CHECK_INTERVAL = 100;

  private final ReentrantLock mutex = new ReentrantLock(); // guards `held`
  private final Condition dropped = mutex.newCondition();
  private boolean held;

  private int ticks = CHECK_INTERVAL; // all threads' together; plain, for only the holder counts

  @Override
  public void next() {
    if (--ticks == 0) {
      ticks = CHECK_INTERVAL;
      drop();
      take();
    }
  }

  @Override
  public void take() {
    mutex.lock();
    try {
      while (held) {
        dropped.awaitUninterruptibly();
      }
      held = true;
    } finally {
      mutex.unlock();
    }
  }

  @Override
  public void drop() {
    mutex.lock();
    try {
      held = false;
      dropped.signal();
    } finally {
      mutex.unlock();
    }
  }
}
