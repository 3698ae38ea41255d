// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.util.concurrent.locks.LockSupport;

/**
 * Wakes an open loop's generator whenever a request is due, on a thread of its own, where the
 * generator cannot wait precisely itself ({@link PreciseWait}).
 */
final class Metronome implements AutoCloseable {
  /*
   * A selector sleeps whole milliseconds, which is as long as the latencies to be measured. Spinning
   * instead would take a whole core, from the server too where both share cores. So this thread
   * sleeps, to the microsecond, through its own copy of the schedule; the two share no state.
   */
  private final Schedule schedule;
  private final long startNanos;
  private final long endNanos;
  private final Runnable wake;
  private final Thread thread;

  /**
   * @param schedule a copy that nobody else advances
   * @param wake called when something is due; thread-safe
   */
  Metronome(Schedule schedule, long startNanos, long endNanos, Runnable wake) {
    this.schedule = schedule;
    this.startNanos = startNanos;
    this.endNanos = endNanos;
    this.wake = wake;
    this.thread = Thread.ofPlatform().daemon().name("open-loop-metronome").start(this::beat);
  }

  private void beat() {
    try {
      Promptness.ask();
    } catch (InterruptedException _) {
      return; // closed before it began
    }
    while (due() - endNanos < 0 && !Thread.interrupted()) {
      // Wake after looking at the clock, whether or not this thread slept: the generator may have
      // looked before. It then finds due whatever was due by this look.
      long now = System.nanoTime();
      boolean any = false;
      for (; due() - now <= 0; schedule.advance()) {
        any = true;
      }
      if (any) {
        wake.run();
      }
      LockSupport.parkNanos(due() - System.nanoTime()); // not at all if it is due by now
    }
  }

  private long due() {
    return startNanos + schedule.nanos();
  }

  /** Stops waking; the thread has ended then. */
  @Override
  public void close() {
    thread.interrupt();
    GeneratorThread.join(thread);
  }
}
