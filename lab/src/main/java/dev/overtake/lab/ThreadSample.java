// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * A program of its own: starts threads that wait and tells what memory the process has with them.
 * Needs nothing but the JDK.
 *
 * <p>Arguments: {@code virtual}, or a platform thread's stack size in bytes; then how many threads
 * there shall be, in ascending order. Prints a line for none and for each number: threads, bytes
 * reserved, bytes resident, bytes of live objects. {@code thread_sample.py} prints the same.
 */
final class ThreadSample {
  private ThreadSample() {}

  public static void main(String[] arguments) throws Exception {
    start(arguments[0], 1); // what comes with the first one, carriers for instance, is not counted
    tell(0);
    int started = 0;
    for (int i = 1; i < arguments.length; i++) {
      int wanted = Integer.parseInt(arguments[i]);
      start(arguments[0], wanted - started);
      started = wanted;
      tell(started);
    }
    System.exit(0);
  }

  private static void start(String kind, int threads) throws InterruptedException {
    CountDownLatch waiting = new CountDownLatch(threads);
    Runnable wait =
        () -> {
          waiting.countDown();
          while (true) {
            LockSupport.park();
          }
        };
    Thread.Builder builder =
        kind.equals("virtual")
            ? Thread.ofVirtual()
            : Thread.ofPlatform().daemon().stackSize(Long.parseLong(kind));
    for (int i = 0; i < threads; i++) {
      builder.start(wait);
    }
    waiting.await();
  }

  private static void tell(int threads) throws IOException, JMException {
    long live = liveBytes();
    ProcessMemory process = ProcessMemory.in(Files.readString(Path.of("/proc/self/status")));
    System.out.printf(
        "%d %d %d %d%n", threads, process.reservedBytes(), process.residentBytes(), live);
  }

  /** As a class histogram counts them, which collects the garbage first. */
  private static long liveBytes() throws JMException {
    Object histogram =
        ManagementFactory.getPlatformMBeanServer()
            .invoke(
                new ObjectName("com.sun.management:type=DiagnosticCommand"),
                "gcClassHistogram",
                new Object[] {new String[0]},
                new String[] {String[].class.getName()});
    return ProcessMemory.liveBytes(String.valueOf(histogram));
  }
}
