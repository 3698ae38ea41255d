// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The thread that deadlines and grace periods ring on. An alarm that is cancelled leaves at once,
 * so that there are as many as tasks with a deadline under way.
 */
final class Alarms implements AutoCloseable {
  /** A century: what is longer is never. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private final ScheduledThreadPoolExecutor thread;

  Alarms(String threadName) {
    thread =
        new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name(threadName).factory());
    thread.setRemoveOnCancelPolicy(true);
    // Set after the end, an alarm never rings.
    thread.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
  }

  /** A thread inherits its maker's priority, and the first to set an alarm may be a demoted one. */
  void start() {
    thread.prestartCoreThread();
  }

  Alarm in(Duration delay, Runnable action) {
    Duration bounded = delay.compareTo(LONGEST) < 0 ? delay : LONGEST;
    return new Alarm(thread.schedule(action, bounded.toNanos(), TimeUnit.NANOSECONDS));
  }

  /** One that is set, or has rung. */
  record Alarm(Future<?> ringing) {
    void cancel() {
      ringing.cancel(false);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
