// SPDX-License-Identifier: Apache-2.0
package dev.overtake.agent;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Programs that know nothing of Overtake, by the name of a method. */
final class Programs {
  private Programs() {}

  public static void main(String[] arguments) throws Exception {
    Programs.class.getDeclaredMethod(arguments[0]).invoke(null);
  }

  private static void hog(String name, CountDownLatch begun) {
    Thread.ofVirtual()
        .name(name)
        .start(() -> {
          begun.countDown();
          while (true) {
            Thread.onSpinWait();
          }
        });
  }

  /** As many hogs as there are processors, and short tasks that sleep in between. */
  static void shortTasksBesideHogs() throws Exception {
    int hogs = Runtime.getRuntime().availableProcessors();
    CountDownLatch begun = new CountDownLatch(hogs);
    for (int i = 0; i < hogs; i++) {
      hog("hog-" + i, begun);
    }
    begun.await();
    AtomicInteger done = new AtomicInteger();
    ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor(); // never closed: hogs
    for (int i = 0; i < 20; i++) {
      executor.execute(() -> {
        LockSupport.parkNanos(1_000_000);
        done.incrementAndGet();
      });
    }
    // Without time sharing this is the whole wait; with it, none.
    for (int i = 0; i < 100 && done.get() < 20; i++) {
      Thread.sleep(10);
    }
    System.out.println("short tasks done: " + done);
    // The hogs do not keep the JVM alive.
  }
}
