// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A task on its way: a future that also tells, once it is done, where the time went.
 *
 * <p>Thread-safe. {@code get} throws {@link java.util.concurrent.ExecutionException} for whatever
 * went wrong, with the cause one of
 *
 * <ul>
 *   <li>what the task itself threw, with its stack, wherever that was;
 *   <li>{@link java.util.concurrent.TimeoutException}: its deadline passed;
 *   <li>{@link WorkerDiedException}: the process it ran in died under it, or was lost;
 *   <li>{@link java.util.concurrent.RejectedExecutionException}: whoever should run it was closed
 *       before it began, or can't start workers any more;
 *   <li>{@link java.io.NotSerializableException} or {@link java.io.InvalidObjectException}: its
 *       result can't travel.
 * </ul>
 *
 * @param <T> what the task returns
 */
public interface Trip<T extends @Nullable Object> extends Future<T> {
  /**
   * Tells how long the task's own code ran, by the clock of the place where it ran.
   *
   * @return nanoseconds; -1 while the task is not done, and for ever if it never ended by itself
   */
  long runNanos();

  /**
   * Tells how long the task waited for somebody to run it.
   *
   * @return nanoseconds; -1 while it has not begun, and for ever if it never did
   */
  long waitedNanos();
}
