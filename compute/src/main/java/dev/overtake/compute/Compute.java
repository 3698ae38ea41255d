// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Where a handler's heavy calls run. The handler asks; configuration decides.
 *
 * {@snippet :
 * try (Compute compute = Compute.parse("threshold:15,processes:4")) {
 *   compute.start();
 *   long answer = compute.call(new Task<>("fib", n, new Fibonacci(n)));
 * }
 * }
 *
 * <p>Thread-safe between {@link #start} and {@link #close}. Callers may be platform threads or
 * virtual threads on any scheduler: a waiting caller is parked and holds no lock.
 */
public interface Compute extends AutoCloseable {
  /**
   * Finds the compute of that spelling. Nothing is started yet.
   *
   * @param spelling one of {@link #choices()}
   * @return a fresh compute, not yet started
   * @throws IllegalArgumentException if there is no such compute; the message names the value and
   *     the choices in one line
   */
  static Compute parse(String spelling) {
    return parse(spelling, List.of());
  }

  /**
   * Finds the compute of that spelling; worker processes find classes in these places as well.
   *
   * @param spelling one of {@link #choices()}
   * @param classPath folders and jars, beside those of this process
   * @return a fresh compute, not yet started
   * @throws IllegalArgumentException as {@link #parse(String)}
   */
  static Compute parse(String spelling, List<Path> classPath) {
    return Computes.parse(spelling, classPath);
  }

  /**
   * Returns the compute that runs every task on the thread that asks.
   *
   * @return {@code inline}; it needs neither start nor close
   */
  static Compute inline() {
    return Inline.INSTANCE;
  }

  /**
   * Lists the spellings there are.
   *
   * @return one line, for help texts
   */
  static String choices() {
    return Computes.choices();
  }

  /**
   * Starts threads and processes, where there are some. To be called once, before the first task.
   *
   * @throws IOException if a process or its socket is refused; the message says in one line what
   *     and what to do; nothing is then left running, and this compute is closed
   */
  void start() throws IOException;

  /**
   * Runs a task and waits for it.
   *
   * @param <T> what comes out
   * @param task what to run
   * @return what it returned
   * @throws ExecutionException if there is no result; the cause is one of those that {@link Trip}
   *     lists
   * @throws InterruptedException if interrupted while waiting; the task is cancelled. A task on the
   *     caller's own thread sees the interrupt itself
   * @throws java.util.concurrent.RejectedExecutionException if the task can't be taken: the queue
   *     is full, the task can't be serialized or is too large, or this is closed; the message says
   *     which in one line
   */
  default <T extends @Nullable Object> T call(Task<T> task)
      throws ExecutionException, InterruptedException {
    Trip<T> trip = submit(task);
    try {
      return trip.get();
    } catch (InterruptedException e) {
      trip.cancel(true);
      throw e;
    }
  }

  /**
   * Submits a task. Where the task is to run on the caller's own thread, it has run on return.
   *
   * @param <T> what comes out
   * @param task what to run
   * @return the task under way. Cancelling it drops it if it waits; if it runs, {@code
   *     cancel(true)} interrupts it, and a worker process that does not heed this within a grace
   *     period is replaced
   * @throws java.util.concurrent.RejectedExecutionException as {@link #call}
   */
  <T extends @Nullable Object> Trip<T> submit(Task<T> task);

  /**
   * Ends at once: what waits fails, what runs is interrupted, and worker processes that do not heed
   * this within a grace period are killed. Waits for it, at most the grace period and a second;
   * only threads that ignore their interrupt are left behind, as daemons. Idempotent.
   */
  @Override
  void close();

  /**
   * Tells what has been learned about costs, where something learns.
   *
   * @return by kind, then by hint; empty if nothing was learned
   */
  default List<Belief> beliefs() {
    return List.of();
  }

  /**
   * Returns the spelling that {@link #parse(String)} takes.
   *
   * @return for example {@code threshold:15,processes:4}
   */
  @Override
  String toString();
}
