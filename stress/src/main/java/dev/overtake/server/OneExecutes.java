// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Two threads mark their instructions (T and D of {@link SwitchIntervalLock}): one executes. */
public final class OneExecutes {
  private static final int INSTRUCTIONS = 20;
  private static final long INTERVAL_NANOS = 1_000;

  private OneExecutes() {}

  /** What a handler does, on memory that nothing but the lock guards. */
  abstract static class Handler {
    private int sum;

    final void execute(InterpreterLock lock) {
      lock.take();
      for (int i = 0; i < INSTRUCTIONS; i++) {
        sum++;
        lock.next();
      }
      lock.drop();
    }

    final void report(I_Result result) {
      result.r1 = sum;
    }
  }

  @JCStressTest
  @Outcome(id = "40", expect = ACCEPTABLE, desc = "One at a time has executed.")
  @Outcome(expect = FORBIDDEN, desc = "Both have executed at the same time.")
  @State
  public static class Protocol extends Handler {
    private final InterpreterLock lock = new SwitchIntervalLock(INTERVAL_NANOS);

    @Actor
    public void one() {
      execute(lock);
    }

    @Actor
    public void other() {
      execute(lock);
    }

    @Arbiter
    public void after(I_Result result) {
      report(result);
    }
  }

  @JCStressTest
  @Outcome(id = "40", expect = ACCEPTABLE, desc = "One at a time has executed.")
  @Outcome(expect = FORBIDDEN, desc = "Both have executed at the same time.")
  @State
  public static class ProtocolOfTicks extends Handler {
    private final InterpreterLock lock = new TickLock();

    @Actor
    public void one() {
      execute(lock);
    }

    @Actor
    public void other() {
      execute(lock);
    }

    @Arbiter
    public void after(I_Result result) {
      report(result);
    }
  }

  /** T1 once instead of until nobody holds the lock: who has slept for the interval takes it. */
  @JCStressTest
  @Outcome(id = "40", expect = ACCEPTABLE, desc = "One at a time has executed.")
  @Outcome(expect = FORBIDDEN, desc = "Both have executed at the same time.")
  @State
  public static class TwinLooksOnce extends Handler {
    private final InterpreterLock lock =
        new InterpreterLock() {
          private final ReentrantLock mutex = new ReentrantLock();
          private final Condition dropped = mutex.newCondition();
          private boolean held;

          @Override
          @SuppressWarnings("WaitNotInLoop") // that is what is wrong with it
          public void take() {
            mutex.lock();
            try {
              if (held && dropped.awaitNanos(INTERVAL_NANOS) <= 0) {
                Thread.onSpinWait();
              }
              held = true;
            } catch (InterruptedException e) {
              throw new AssertionError(e);
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

          @Override
          public void next() {
            drop();
            take();
          }
        };

    @Actor
    public void one() {
      execute(lock);
    }

    @Actor
    public void other() {
      execute(lock);
    }

    @Arbiter
    public void after(I_Result result) {
      report(result);
    }
  }
}
