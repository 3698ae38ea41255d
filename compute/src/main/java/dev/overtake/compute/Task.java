// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A heavy call: what to compute, and what its caller knows of the cost.
 *
 * @param <T> what comes out
 * @param kind names the computation, for example {@code fib}; whoever learns costs learns them by
 *     kind, so a program has few kinds, not one per task
 * @param hint grows with the cost of tasks of this kind, at least 0: a size, a count, the n of
 *     fib(n). No unit, and no proportion to time is asked for
 * @param work the computation; serializable if it may have to leave the process
 * @param deadline how long after its submission the task is given up, above zero; null for never
 */
public record Task<T extends @Nullable Object>(
    String kind, long hint, Callable<T> work, @Nullable Duration deadline) {
  /**
   * Checks what can be checked.
   *
   * @throws IllegalArgumentException if the kind is blank, the hint negative or the deadline not
   *     above zero
   */
  public Task {
    Objects.requireNonNull(work, "work");
    if (kind.isBlank()) {
      throw new IllegalArgumentException("kind of a task must not be blank");
    }
    if (hint < 0) {
      throw new IllegalArgumentException("hint must be at least 0: hint=" + hint);
    }
    if (deadline != null && !deadline.isPositive()) {
      throw new IllegalArgumentException("deadline must be above zero: deadline=" + deadline);
    }
  }

  /**
   * A task without a deadline.
   *
   * @param kind as above
   * @param hint as above
   * @param work as above
   */
  public Task(String kind, long hint, Callable<T> work) {
    this(kind, hint, work, null);
  }

  /**
   * Returns the same task with a deadline.
   *
   * @param newDeadline how long after its submission the task is given up, above zero
   * @return a new task
   */
  public Task<T> within(Duration newDeadline) {
    return new Task<>(kind, hint, work, newDeadline);
  }
}
