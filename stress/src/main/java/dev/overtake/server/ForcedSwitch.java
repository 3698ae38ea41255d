// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * Who drops the lock on request (D3 of {@link SwitchIntervalLock}) has it back only after another
 * has had it, and has it back.
 */
public final class ForcedSwitch {
  private static final long INTERVAL_NANOS = 1_000;
  private static final long LOST_NANOS = 2_000_000;

  private ForcedSwitch() {}

  /** The lock as the actors need it. */
  interface Askable extends InterpreterLock {
    boolean asked();
  }

  /** Both actors; all but the flag that ends the waiting is guarded by the lock. */
  abstract static class Pair {
    private int turns;
    private volatile boolean othersTurnIsOver;

    /** Computes until asked for the lock, gives it up, and looks who has had it. */
    final boolean hadByOther(Askable lock) {
      lock.take();
      int before = turns;
      while (!lock.asked() && !othersTurnIsOver) {
        Thread.onSpinWait();
      }
      boolean asked = lock.asked();
      lock.next();
      boolean had = turns != before;
      lock.drop();
      return had || !asked;
    }

    final void haveATurn(Askable lock) {
      lock.take();
      turns++;
      lock.drop();
      othersTurnIsOver = true;
    }
  }

  @JCStressTest
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "The other has had it, or came first.")
  @Outcome(expect = FORBIDDEN, desc = "Who was asked kept the lock, or slept for ever.")
  @State
  public static class Protocol extends Pair {
    private final SwitchIntervalLock lock = new SwitchIntervalLock(INTERVAL_NANOS);
    private final Askable askable =
        new Askable() {
          @Override
          public void take() {
            lock.take();
          }

          @Override
          public void drop() {
            lock.drop();
          }

          @Override
          public void next() {
            lock.next();
          }

          @Override
          public boolean asked() {
            return lock.dropRequested();
          }
        };

    @Actor
    public void holder(ZZ_Result result) {
      result.r1 = hadByOther(askable);
      result.r2 = true;
    }

    @Actor
    public void other() {
      haveATurn(askable);
    }
  }

  /** The same lock with another D3. */
  abstract static class Weakened implements Askable {
    final ReentrantLock mutex = new ReentrantLock();
    final Condition dropped = mutex.newCondition();
    final Condition taken = mutex.newCondition();
    volatile boolean lost;
    volatile boolean asked;
    boolean held;

    abstract void awaitSwitch() throws InterruptedException;

    @Override
    public void take() {
      mutex.lock();
      try {
        while (held) {
          if (dropped.awaitNanos(INTERVAL_NANOS) <= 0 && held) {
            asked = true;
          }
        }
        held = true;
        asked = false;
        taken.signal();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      } finally {
        mutex.unlock();
      }
    }

    @Override
    public void drop() {
      if (release()) {
        mutex.lock();
        try {
          awaitSwitch();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        } finally {
          mutex.unlock();
        }
      }
    }

    /** D1 and D2; whether a drop was requested. */
    private boolean release() {
      mutex.lock();
      try {
        held = false;
        dropped.signal();
        return asked;
      } finally {
        mutex.unlock();
      }
    }

    @Override
    public void next() {
      if (asked) {
        drop();
        take();
      }
    }

    @Override
    public boolean asked() {
      return asked;
    }
  }

  /** No D3: who drops does not wait. */
  @JCStressTest
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "The other has had it, or came first.")
  @Outcome(expect = FORBIDDEN, desc = "Who was asked kept the lock, or slept for ever.")
  @State
  public static class TwinDoesNotWait extends Pair {
    private final Weakened lock =
        new Weakened() {
          @Override
          void awaitSwitch() {}
        };

    @Actor
    public void holder(ZZ_Result result) {
      result.r1 = hadByOther(lock);
      result.r2 = !lock.lost;
    }

    @Actor
    public void other() {
      haveATurn(lock);
    }
  }

  /** D3 without a look at the last holder, who may have changed before. */
  @JCStressTest
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "The other has had it, or came first.")
  @Outcome(expect = FORBIDDEN, desc = "Who was asked kept the lock, or slept for ever.")
  @State
  public static class TwinWaitsWhoeverHasIt extends Pair {
    private final Weakened lock =
        new Weakened() {
          @Override
          @SuppressWarnings("WaitNotInLoop") // that is what is wrong with it
          void awaitSwitch() throws InterruptedException {
            lost |= taken.awaitNanos(LOST_NANOS) <= 0;
          }
        };

    @Actor
    public void holder(ZZ_Result result) {
      result.r1 = hadByOther(lock);
      result.r2 = !lock.lost;
    }

    @Actor
    public void other() {
      haveATurn(lock);
    }
  }
}
