// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The thread that deadlines and grace periods ring on. An alarm that is cancelled leaves at once,
 * so that there are as many as tasks with a deadline under way. Thread-safe.
 */
public final class Alarms implements AutoCloseable {
  /** A century: what is longer is never. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private final ScheduledThreadPoolExecutor thread;

  /**
   * Makes the thread, which {@link #start} starts.
   *
   * @param threadName its name
   */
  public Alarms(String threadName) {
    thread =
        new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name(threadName).factory());
    thread.setRemoveOnCancelPolicy(true);
    // Set after the end, an alarm never rings.
    thread.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
  }

  /** A thread inherits its maker's priority, and the first to set an alarm may be a demoted one. */
  public void start() {
    thread.prestartCoreThread();
  }

  /**
   * Sets an alarm.
   *
   * @param delay from now; longer than a century is never
   * @param action run on the alarms' thread; must neither wait nor throw
   * @return the alarm; set after {@link #close}, it never rings
   */
  public Alarm in(Duration delay, Runnable action) {
    Duration bounded = delay.compareTo(LONGEST) < 0 ? delay : LONGEST;
    return new Alarm(thread.schedule(action, bounded.toNanos(), TimeUnit.NANOSECONDS));
  }

  /** One that is set, or has rung. */
  public static final class Alarm {
    private final Future<?> ringing;

    private Alarm(Future<?> ringing) {
      this.ringing = ringing;
    }

    /** Sees to it that it does not ring, unless it has. */
    public void cancel() {
      ringing.cancel(false);
    }
  }

  /** Ends the thread; no alarm rings any more. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
