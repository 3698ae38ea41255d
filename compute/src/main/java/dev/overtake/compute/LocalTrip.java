// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A task that some thread of this process runs. */
final class LocalTrip<T extends @Nullable Object> extends FutureTask<T> implements Trip<T> {
  private final Task<T> task;
  private final Consumer<LocalTrip<?>> ended;
  private final long submittedNanos = System.nanoTime();

  private volatile long waitedNanos = -1; // set once, by the thread that runs
  private long runNanos = -1; // plain: written before the future is done, read after
  private volatile Alarms.@Nullable Alarm alarm; // set once, by the submitter

  // Guards `runner`: a deadline interrupts the thread that runs this task, never one that has gone
  // on to the next.
  private final Object gate = new Object();
  private @Nullable Thread runner;

  /**
   * Describes a trip that has not begun.
   *
   * @param ended hears of the end, however it came
   */
  LocalTrip(Task<T> task, Consumer<LocalTrip<?>> ended) {
    super(task.work());
    this.task = task;
    this.ended = ended;
  }

  /** To be called once, by the submitter. */
  void expireBy(Alarms alarms) {
    if (task.deadline() != null) {
      Alarms.Alarm set = alarms.in(task.deadline(), this::expire);
      alarm = set;
      // Pairs with done(), which may have looked before there was an alarm to cancel.
      if (isDone()) {
        set.cancel();
      }
    }
  }

  private void expire() {
    String state = waitedNanos < 0 ? "waiting" : "running";
    fail(new TimeoutException(Descriptions.expired(task, state)));
  }

  /** Ends the future, unless it is done, and interrupts the thread that runs the task. */
  void fail(Throwable why) {
    super.setException(why);
    synchronized (gate) {
      if (runner != null) {
        runner.interrupt();
      }
    }
  }

  @Override
  public void run() {
    synchronized (gate) {
      runner = Thread.currentThread();
    }
    waitedNanos = System.nanoTime() - submittedNanos;
    try {
      super.run();
    } finally {
      synchronized (gate) {
        runner = null;
      }
    }
  }

  @Override
  protected void set(T result) {
    noteRunTime();
    super.set(result);
  }

  @Override
  protected void setException(Throwable why) {
    noteRunTime();
    super.setException(why);
  }

  private void noteRunTime() {
    runNanos = System.nanoTime() - submittedNanos - waitedNanos;
  }

  @Override
  protected void done() {
    Alarms.Alarm set = alarm;
    if (set != null) {
      set.cancel();
    }
    ended.accept(this);
  }

  /** Tells whether some thread has taken it. */
  boolean hasBegun() {
    return waitedNanos >= 0;
  }

  @Override
  public long runNanos() {
    return isDone() ? runNanos : -1;
  }

  @Override
  public long waitedNanos() {
    return waitedNanos;
  }

  @Override
  public String toString() {
    return Descriptions.of(task);
  }
}
