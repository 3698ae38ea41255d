// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A task that some worker process runs: its frame, where it is now, and its end.
 *
 * <p>It ends exactly once, by whoever is first: the answer, a cancel, the deadline, the death of
 * its worker, the end of the pool.
 */
final class ProcessTrip<T extends @Nullable Object> implements Trip<T>, RunnableFuture<T> {
  private final Crew crew;
  private final Task<T> task;
  private final Object work;
  private final @Nullable Object resultIfNone;
  private final byte[] frame;
  private final Consumer<ProcessTrip<?>> ended;
  private final Ending ending = new Ending();
  private final AtomicReference<@Nullable Answer> opened = new AtomicReference<>();
  private final long submittedNanos = System.nanoTime();

  private volatile long waitedNanos = -1; // until it was last put on a worker
  private long runNanos = -1; // plain: written before the ending, read after
  private volatile Alarms.@Nullable Alarm alarm; // set once, by the submitter

  // Guarded by the crew's lock.
  @Nullable WorkerProcess worker; // whom it is on, from its boarding to its answer
  long turn;
  int deaths;

  /**
   * Describes a trip that has not begun.
   *
   * @param work what the frame holds, a callable or a runnable
   * @param resultIfNone what a runnable is to have returned
   * @param ended hears of the end, however it came
   */
  ProcessTrip(
      Crew crew,
      Task<T> task,
      Object work,
      @Nullable Object resultIfNone,
      byte[] frame,
      Consumer<ProcessTrip<?>> ended) {
    this.crew = crew;
    this.task = task;
    this.work = work;
    this.resultIfNone = resultIfNone;
    this.frame = frame;
    this.ended = ended;
  }

  byte[] frame() {
    return frame;
  }

  /** To be called once, by the submitter. */
  void expireBy(Alarms alarms) {
    if (task.deadline() != null) {
      Alarms.Alarm set = alarms.in(task.deadline(), this::expire);
      alarm = set;
      // Pairs with Ending.done(), which may have looked before there was an alarm to cancel.
      if (isDone()) {
        set.cancel();
      }
    }
  }

  private void expire() {
    String state = waitedNanos < 0 ? "waiting" : "running";
    if (fail(new TimeoutException(Descriptions.expired(task, state)))) {
      crew.withdraw(this, true);
    }
  }

  void boarded() {
    waitedNanos = System.nanoTime() - submittedNanos;
  }

  void arrive(Answer answer, long nanosRun) {
    runNanos = nanosRun;
    ending.set(answer);
  }

  /** Returns whether this was what ended it. */
  @SuppressWarnings("ReferenceEquality") // this very answer, not one like it
  boolean fail(Throwable cause) {
    Answer answer = new Answer.Failure("", cause);
    ending.set(answer);
    return ending.state() == State.SUCCESS && ending.resultNow() == answer;
  }

  @Override
  public void run() {
    throw new UnsupportedOperationException(this + " is run by a worker process only");
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    if (!ending.cancel(false)) {
      return false;
    }
    crew.withdraw(this, mayInterruptIfRunning);
    return true;
  }

  @Override
  public T get() throws InterruptedException, ExecutionException {
    return open(ending.get());
  }

  @Override
  public T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    return open(ending.get(timeout, unit));
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // a task of T has returned it, null if T may be
  private T open(Answer answer) throws ExecutionException {
    Answer readable = answer;
    if (answer instanceof Answer.Sealed closed) {
      // Whoever opens it first, everybody gets that same object.
      readable = opened.get();
      if (readable == null) {
        Answer mine = closed.open(crew.admission(), work.getClass().getClassLoader());
        readable = opened.compareAndSet(null, mine) ? mine : Objects.requireNonNull(opened.get());
      }
    }
    return switch (readable) {
      case Answer.Value(Object value) -> (T) (value == null ? resultIfNone : value);
      case Answer.Failure(String where, Throwable cause) ->
          throw new ExecutionException(
              this + " failed" + where + ": " + Descriptions.oneLine(cause), cause);
      case Answer.Sealed _ -> throw new AssertionError("opened, and still closed");
    };
  }

  /** Returns why it failed, without running any code of its; null if it has not. */
  @Nullable String failureInOneLine() {
    return switch (ending.state() == State.SUCCESS ? ending.resultNow() : null) {
      case Answer.Sealed(_, boolean result, String line, _) when !result -> line;
      case Answer.Failure(_, Throwable cause) -> Descriptions.oneLine(cause);
      case null, default -> null;
    };
  }

  @Override
  public boolean isCancelled() {
    return ending.isCancelled();
  }

  @Override
  public boolean isDone() {
    return ending.isDone();
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

  /** Who waits and who wins. */
  private final class Ending extends FutureTask<Answer> {
    private static final Callable<Answer> NEVER_RUN =
        () -> {
          throw new AssertionError("only set from outside");
        };

    Ending() {
      super(NEVER_RUN);
    }

    @Override
    protected void set(Answer answer) {
      super.set(answer);
    }

    @Override
    protected void done() {
      Alarms.Alarm set = alarm;
      if (set != null) {
        set.cancel();
      }
      ended.accept(ProcessTrip.this);
    }
  }
}
