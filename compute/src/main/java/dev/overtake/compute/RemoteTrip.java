// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A task that runs outside this process: for those who bring a {@link Compute} of their own.
 *
 * <p>It ends exactly once, by whoever is first: the answer, a cancel, the deadline, a failure.
 * Whatever comes later is dropped. The answer is read by the thread that asks for the result.
 * Thread-safe.
 *
 * @param <T> what the task returns
 */
public abstract class RemoteTrip<T extends @Nullable Object> implements Trip<T> {
  private final Task<T> task;
  private final Object work;
  private final @Nullable Object resultIfNone;
  private final Supplier<Admission> admission;
  private final Ending ending = new Ending();
  private final AtomicReference<@Nullable Answer> opened = new AtomicReference<>();
  private final long submittedNanos = System.nanoTime();

  private volatile long waitedNanos = -1; // until it was last sent
  private long runNanos = -1; // plain: written before the ending, read after
  private volatile Alarms.@Nullable Alarm alarm; // set once, by the submitter

  /**
   * Describes a trip that has not begun.
   *
   * @param task what is to be run
   * @param tasks made its bytes, and reads the answer
   */
  protected RemoteTrip(Task<T> task, RemoteTasks tasks) {
    this(task, task.work(), null, tasks::admission);
  }

  /**
   * Describes a trip that has not begun.
   *
   * @param work what its bytes hold, a callable or a runnable
   * @param resultIfNone what a runnable is to have returned
   */
  RemoteTrip(
      Task<T> task, Object work, @Nullable Object resultIfNone, Supplier<Admission> admission) {
    this.task = task;
    this.work = work;
    this.resultIfNone = resultIfNone;
    this.admission = admission;
  }

  /**
   * Called once, by whoever cancels it or by its deadline: drop it if it waits, tell whoever has
   * it.
   *
   * @param interrupt whether it is to be interrupted if it runs
   */
  protected abstract void withdraw(boolean interrupt);

  /** Called once, by whoever ends it, however that came; must neither wait nor throw. */
  protected void ended() {}

  /**
   * Sets the alarm for its deadline, if it has one. To be called once, by the submitter.
   *
   * @param alarms where
   */
  public final void expireBy(Alarms alarms) {
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
      withdraw(true);
    }
  }

  /** Notes that it is sent now. */
  public final void boarded() {
    waitedNanos = System.nanoTime() - submittedNanos;
  }

  /**
   * Ends it with an answer, unless it has ended.
   *
   * @param bytes made by {@link RemoteTasks#run}
   * @param where it ran, for messages
   */
  public final void arrive(ByteBuffer bytes, String where) {
    try {
      byte type = bytes.get();
      bytes.getLong(); // no turns here
      long nanosRun = bytes.getLong();
      arrive(
          type == Frames.RESULT ? Answer.ofResult(bytes, where) : Answer.ofFailure(bytes, where),
          nanosRun);
    } catch (IOException | RuntimeException e) {
      fail(new IOException("%s: answer can't be read: %s".formatted(where, e.getMessage()), e));
    }
  }

  final void arrive(Answer answer, long nanosRun) {
    runNanos = nanosRun;
    ending.set(answer);
  }

  /**
   * Ends it with a failure.
   *
   * @param cause of the {@link ExecutionException} that {@code get} throws
   * @return whether this was what ended it
   */
  @SuppressWarnings("ReferenceEquality") // this very answer, not one like it
  public final boolean fail(Throwable cause) {
    Answer answer = new Answer.Failure("", cause);
    ending.set(answer);
    return ending.state() == State.SUCCESS && ending.resultNow() == answer;
  }

  @Override
  public final boolean cancel(boolean mayInterruptIfRunning) {
    if (!ending.cancel(false)) {
      return false;
    }
    withdraw(mayInterruptIfRunning);
    return true;
  }

  @Override
  public final T get() throws InterruptedException, ExecutionException {
    return open(ending.get());
  }

  @Override
  public final T get(long timeout, TimeUnit unit)
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
        Answer mine = closed.open(admission.get(), work.getClass().getClassLoader());
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
  final @Nullable String failureInOneLine() {
    return switch (ending.state() == State.SUCCESS ? ending.resultNow() : null) {
      case Answer.Sealed(_, boolean result, String line, _) when !result -> line;
      case Answer.Failure(_, Throwable cause) -> Descriptions.oneLine(cause);
      case null, default -> null;
    };
  }

  @Override
  public final boolean isCancelled() {
    return ending.isCancelled();
  }

  @Override
  public final boolean isDone() {
    return ending.isDone();
  }

  @Override
  public final long runNanos() {
    return isDone() ? runNanos : -1;
  }

  @Override
  public final long waitedNanos() {
    return waitedNanos;
  }

  /**
   * Names the task.
   *
   * @return for example {@code task fib(40)}
   */
  @Override
  public final String toString() {
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
      ended();
    }
  }
}
