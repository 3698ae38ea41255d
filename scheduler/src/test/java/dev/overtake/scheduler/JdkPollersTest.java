// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/**
 * JDK sockets, whose readiness the JDK's pollers notice. Those are virtual threads themselves, on
 * the scheduler of whichever virtual thread first waited for a socket in the whole process.
 */
class JdkPollersTest {
  @Test
  void noticeWhileOurLoopsHaveHogsWhoeverWaitedFirst() throws Exception {
    assertThat(run("jdk-first ours-hogged")).contains("noticed beside hogs");
    assertThat(run("ours-first ours-hogged")).contains("noticed beside hogs");
  }

  @Test
  void noticeNothingWhileTheJdksSchedulerHasHogsIfItsThreadWaitedFirst() throws Exception {
    assertThat(run("jdk-first jdk-hogged")).contains("noticed after hogs");
  }

  @Test
  void noticeWhileTheJdksSchedulerHasHogsIfOurThreadWaitedFirst() throws Exception {
    assertThat(run("ours-first jdk-hogged")).contains("noticed beside hogs");
  }

  @Test
  void noticeWhoeverHasHogsIfTheyArePlatformThreads() throws Exception {
    assertThat(run("jdk-first jdk-hogged platform-pollers", "-Djdk.pollerMode=1"))
        .contains("noticed beside hogs");
  }

  private static String run(String scenario, String... more)
      throws IOException, InterruptedException {
    List<String> flags = new ArrayList<>(List.of(ChildJvm.OPEN, ChildJvm.NATIVE));
    flags.addAll(List.of(more));
    return ChildJvm.run(Main.class, scenario, flags.toArray(String[]::new));
  }

  static final class Main {
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    public static void main(String[] arguments) throws Exception {
      try (Scheduler scheduler = Scheduler.builder().name("ours").build()) {
        ThreadFactory ours = scheduler.threadFactory("ours-");
        ThreadFactory jdk = Thread.ofVirtual().factory();
        readOneByte(
            arguments[0].startsWith("ours-first") ? ours : jdk,
            new CountDownLatch(1),
            new CountDownLatch(1));

        CountDownLatch released = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        ThreadFactory hogged = arguments[0].endsWith("ours-hogged") ? ours : jdk;
        for (int i = 0; i < 2 * PROCESSORS; i++) {
          hogged
              .newThread(() -> {
                begun.incrementAndGet();
                while (released.getCount() > 0) {
                  Thread.onSpinWait();
                }
              })
              .start();
        }
        until(() -> begun.get() >= PROCESSORS);
        CountDownLatch sent = new CountDownLatch(1);
        CountDownLatch noticed = new CountDownLatch(1);
        Thread reader = Thread.ofPlatform().start(() -> readOneByte(ours, sent, noticed));
        sent.await();
        if (!arguments[0].equals("jdk-first jdk-hogged")) {
          noticed.await();
        } else {
          // Meanwhile, by a measure that no slow machine can falsify: our loops run many threads.
          for (int i = 0; i < 200; i++) {
            Thread thread = scheduler.newThread("meanwhile-" + i, () -> {});
            thread.start();
            thread.join();
          }
        }
        System.out.println("noticed " + (noticed.getCount() == 0 ? "beside" : "after") + " hogs");
        released.countDown();
        reader.join();
      }
    }

    /** A thread waits for a byte that is sent when it waits. */
    private static void readOneByte(
        ThreadFactory threads, CountDownLatch sent, CountDownLatch noticed) {
      try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
          Socket sender = new Socket(listener.getInetAddress(), listener.getLocalPort());
          Socket receiver = listener.accept()) {
        Thread thread =
            threads.newThread(() -> {
              try {
                receiver.getInputStream().read();
                noticed.countDown();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
        thread.start();
        until(() -> thread.getState() == Thread.State.WAITING);
        sender.getOutputStream().write(1);
        sent.countDown();
        thread.join();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        throw new IllegalStateException("nobody interrupts this thread", e);
      }
    }

    /** Without what only the tests' own JVM has. */
    private static void until(BooleanSupplier condition) {
      while (!condition.getAsBoolean()) {
        LockSupport.parkNanos(1_000_000);
      }
    }
  }
}
