// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.overtake.compute.Compute;
import dev.overtake.compute.Task;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.Serializable;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;

/** As {@link Fib}, but asks a {@link Compute} for each number. */
final class DelegatedFib extends NumberHandler {
  private static final String KIND = "fib";

  /** Under most models threads need not take turns. */
  private static final Instructions NOBODY_WAITS = () -> {};

  private final Compute compute;

  DelegatedFib(Compute compute) {
    super(Fib.LARGEST);
    this.compute = compute;
  }

  /** What leaves for a thread or a process. */
  private record Work(long n) implements Callable<Long>, Serializable {
    @Override
    public Long call() {
      return Fib.fib(n);
    }
  }

  @Override
  void answer(long n, Answers answers) throws IOException {
    answer(n, answers, NOBODY_WAITS);
  }

  @Override
  void answer(long n, Answers answers, Instructions marks) throws IOException {
    try {
      answers.number(computed(n, marks)).endLine();
    } catch (ExecutionException e) {
      answerError(Objects.requireNonNullElse(e.getCause(), e), answers);
    } catch (RejectedExecutionException e) {
      answerError(e, answers);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException)
          new InterruptedIOException("interrupted waiting for fib " + n).initCause(e);
    }
  }

  private long computed(long n, Instructions marks)
      throws ExecutionException, InterruptedException {
    try (Instructions.Blocking _ = marks.blocking()) {
      return compute.call(new Task<>(KIND, n, new Work(n)));
    }
  }

  private static void answerError(Throwable failure, Answers answers) throws IOException {
    String message = Objects.requireNonNullElse(failure.getMessage(), failure.toString());
    answers.text(Failures.oneLine("error: " + message).getBytes(US_ASCII)).endLine();
  }
}
