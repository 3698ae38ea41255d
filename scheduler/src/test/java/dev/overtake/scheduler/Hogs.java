// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Virtual threads that compute, without a pause, until closed. */
final class Hogs implements AutoCloseable {
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicInteger begun = new AtomicInteger();
  private volatile boolean stopped;

  /** Starts hogs and returns when each has begun to compute. */
  static Hogs on(Scheduler scheduler, int count) {
    Hogs hogs = new Hogs();
    for (int i = 0; i < count; i++) {
      hogs.threads.add(scheduler.newThread("hog-" + i, hogs::compute));
    }
    hogs.threads.forEach(Thread::start);
    Eventually.that("all hogs compute", () -> hogs.begun.get() == count);
    return hogs;
  }

  private void compute() {
    begun.incrementAndGet();
    while (!stopped) {
      Thread.onSpinWait();
    }
  }

  List<Thread> threads() {
    return threads;
  }

  /** Ends the hogs and waits for it. */
  @Override
  public void close() {
    stopped = true;
    for (Thread thread : threads) {
      Eventually.ended(thread);
    }
  }
}
