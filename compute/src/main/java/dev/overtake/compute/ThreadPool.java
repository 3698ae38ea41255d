// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** N platform threads of this process, with a bounded queue before them. */
final class ThreadPool implements Compute {
  /** How long close() waits for tasks to heed their interrupt. */
  private static final long GRACE_SECONDS = 2;

  private final int size;
  private final int queueLimit;
  private final ThreadPoolExecutor threads;
  private final Alarms alarms = new Alarms("compute-alarms");

  ThreadPool(int size, int queueLimit) {
    this.size = size;
    this.queueLimit = queueLimit;
    threads =
        new ThreadPoolExecutor(
            size,
            size,
            0,
            TimeUnit.NANOSECONDS,
            new LinkedBlockingQueue<>(queueLimit),
            Thread.ofPlatform().daemon().name("compute-", 1).factory());
  }

  @Override
  public void start() {
    // A thread inherits its maker's priority, and a caller may be a demoted one.
    threads.prestartAllCoreThreads();
    alarms.start();
  }

  @Override
  public <T extends @Nullable Object> Trip<T> submit(Task<T> task) {
    LocalTrip<T> trip = new LocalTrip<>(task, this::forget);
    try {
      threads.execute(trip);
    } catch (RejectedExecutionException e) {
      throw new RejectedExecutionException(
          threads.isShutdown()
              ? this + ": closed; " + trip + " is not taken"
              : "%s: queue is full: %d tasks wait; %s is not taken"
                  .formatted(this, queueLimit, trip),
          e);
    }
    trip.expireBy(alarms);
    return trip;
  }

  /** Gives up the place in the queue of a task that was cancelled or has expired there. */
  private void forget(LocalTrip<?> trip) {
    if (!trip.hasBegun()) {
      threads.remove(trip);
    }
  }

  @Override
  public void close() {
    for (Runnable waiting : threads.shutdownNow()) {
      LocalTrip<?> trip = (LocalTrip<?>) waiting;
      trip.fail(new RejectedExecutionException(this + ": closed before " + trip + " began"));
    }
    alarms.close();
    try {
      threads.awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return "threads:" + size;
  }
}
