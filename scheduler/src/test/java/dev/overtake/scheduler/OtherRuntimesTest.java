// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import jdk.management.VirtualThreadSchedulerMXBean;
import org.junit.jupiter.api.Test;

/** What becomes of the scheduler without the JDK's inside, native calls or optional modules. */
class OtherRuntimesTest {
  @Test
  void withoutTheOpenedPackageTheJdksVirtualThreadsGetMoreCarriers() throws Exception {
    assertThat(ChildJvm.run(Program.class, "fallback"))
        .contains("event loops need --add-opens java.base/java.lang=ALL-UNNAMED")
        .contains("mode fallback, sockets false")
        .contains("short threads ran beside 5 hogs")
        .contains("not listening: ")
        .contains("parallelism 2 again");
  }

  @Test
  void theFallbackMayBeAskedFor() throws Exception {
    assertThat(
            ChildJvm.run(
                Program.class,
                "fallback",
                ChildJvm.OPEN,
                ChildJvm.NATIVE,
                "-Dovertake.fallback=true"))
        .contains("mode fallback, sockets false")
        .contains("short threads ran beside 5 hogs");
  }

  @Test
  void whoWantsNoEventLoopsHasNone() {
    try (Scheduler scheduler = Scheduler.builder().withoutEventLoops().build()) {
      assertThat(scheduler.figures().mode()).isEqualTo("fallback");
      assertThat(scheduler.hasNativeSockets()).isFalse();
      assertThatThrownBy(scheduler::slices).isInstanceOf(UnsupportedOperationException.class);
    }
  }

  @Test
  void schedulersInTheFallbackShareOneRescue() throws Exception {
    assertThat(ChildJvm.run(Program.class, "twoFallbacks"))
        .contains("short threads ran beside 5 hogs")
        .contains("short threads ran beside 5 hogs after the other was closed")
        .contains("parallelism 2 again");
  }

  @Test
  void withoutNativeCallsTheWallClockJudges() throws Exception {
    assertThat(ChildJvm.run(Program.class, "portable", ChildJvm.OPEN, "-Dovertake.portable=true"))
        .contains("mode loops, sockets false")
        .contains("short threads ran beside 5 hogs")
        .contains("the system does not lower the priority of overstaying carriers")
        .contains("demotions 0")
        .contains("not listening: ")
        .contains("carriers left 0");
  }

  @Test
  void whereNativeCallsAreRefusedTheLogSaysHowToAllowThem() throws Exception {
    assertThat(
            ChildJvm.run(Program.class, "portable", ChildJvm.OPEN, "--illegal-native-access=deny"))
        .contains("no native calls here")
        .contains("--enable-native-access=dev.overtake.scheduler")
        .contains("short threads ran beside 5 hogs");
  }

  @Test
  void theBaseModuleIsEnough() throws Exception {
    assertThat(
            ChildJvm.run(
                Program.class,
                "portable",
                ChildJvm.OPEN,
                ChildJvm.NATIVE,
                "--limit-modules=java.base"))
        .contains("mode loops, sockets true")
        .contains("short threads ran beside 5 hogs")
        .contains("carriers left 0");
    assertThat(ChildJvm.run(Program.class, "unrescued", "--limit-modules=java.base"))
        .contains("no module jdk.management: virtual threads get no time sharing")
        .contains("mode fallback, sockets false")
        .contains("a thread ran");
  }

  @Test
  void theJdksTimersAreStartedBeforeACarrierThatMayBeDemotedNeedsThem() throws Exception {
    assertThat(ChildJvm.run(Program.class, "timers", ChildJvm.OPEN, ChildJvm.NATIVE))
        .contains("timers before 0, after 1");
    assertThat(
            ChildJvm.run(
                Program.class,
                "timers",
                ChildJvm.OPEN,
                ChildJvm.NATIVE,
                "-Djdk.virtualThreadScheduler.timerQueues=4"))
        .contains("timers before 0, after 4");
  }

  /** What the other JVMs run. */
  static final class Program {
    private static volatile boolean stop;

    public static void main(String[] args) throws Exception {
      switch (args[0]) {
        case "fallback" -> fallback();
        case "twoFallbacks" -> twoFallbacks();
        case "portable" -> portable();
        case "unrescued" -> unrescued();
        case "timers" -> timers();
        case "log" -> log();
        default -> throw new IllegalArgumentException(args[0]);
      }
    }

    private static Scheduler build() {
      return Scheduler.builder().name("child").eventLoops(2).demotion(Demotion.NICE_5).build();
    }

    private static void fallback() throws Exception {
      setParallelism(2);
      try (Scheduler scheduler = build()) {
        tellMode(scheduler);
        runBesideHogs(scheduler, "");
        tellListening(scheduler);
      }
      System.out.println("parallelism " + parallelism() + " again");
    }

    private static void twoFallbacks() throws Exception {
      setParallelism(2);
      Scheduler first = build();
      Scheduler second = Scheduler.builder().name("second").build();
      runBesideHogs(first, "");
      first.close();
      runBesideHogs(second, " after the other was closed");
      second.close();
      System.out.println("parallelism " + parallelism() + " again");
    }

    private static void portable() throws Exception {
      Scheduler scheduler = build();
      tellMode(scheduler);
      runBesideHogs(scheduler, "");
      if (!scheduler.hasNativeSockets()) {
        System.out.println("demotions " + scheduler.figures().demotions());
        tellListening(scheduler);
      }
      scheduler.close();
      while (scheduler.figures().carriers() > 0) {
        Thread.onSpinWait();
      }
      System.out.println("carriers left " + scheduler.figures().carriers());
    }

    private static void unrescued() throws Exception {
      try (Scheduler scheduler = build()) {
        tellMode(scheduler);
        Thread thread = scheduler.newThread("", () -> System.out.println("a thread ran"));
        thread.start();
        thread.join();
      }
    }

    private static void timers() {
      long before = liveTimers();
      try (Scheduler scheduler = build()) {
        System.out.println(
            "timers before " + before + ", after " + liveTimers() + " in " + scheduler.name());
      }
    }

    private static void log() throws Exception {
      ByteArrayOutputStream logged = new ByteArrayOutputStream();
      System.setErr(new PrintStream(logged, true, UTF_8)); // where the log goes by default
      try (Scheduler scheduler =
          Scheduler.builder().name("child").eventLoops(1).maxOverstaying(1).build()) {
        List<Thread> hogs = startHogs(scheduler, 17);
        while (!logged.toString(UTF_8).contains("carriers overstay at once")
            || !logged.toString(UTF_8).contains("past its quantum")) {
          Thread.onSpinWait();
        }
        System.out.println("handed off " + scheduler.figures().computingHandoffs());
        stop = true;
        for (Thread hog : hogs) {
          hog.join();
        }
      }
      System.out.println(logged.toString(UTF_8));
    }

    private static long liveTimers() {
      return Thread.getAllStackTraces().keySet().stream()
          .filter(thread -> thread.getName().equals("VirtualThread-unparker"))
          .count();
    }

    private static void tellMode(Scheduler scheduler) {
      System.out.println(
          "mode " + scheduler.figures().mode() + ", sockets " + scheduler.hasNativeSockets());
    }

    private static void tellListening(Scheduler scheduler) throws Exception {
      try {
        scheduler.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1).close();
      } catch (UnsupportedOperationException e) {
        System.out.println("not listening: " + e.getMessage());
      }
    }

    private static void runBesideHogs(Scheduler scheduler, String when) throws Exception {
      List<Thread> hogs = startHogs(scheduler, 5);
      for (int i = 0; i < 20; i++) {
        Thread thread = scheduler.newThread("short", () -> {});
        thread.start();
        if (!thread.join(Duration.ofSeconds(50))) {
          throw new AssertionError("a short thread does not run");
        }
      }
      System.out.println("short threads ran beside 5 hogs" + when);
      stop = true;
      for (Thread hog : hogs) {
        hog.join();
      }
    }

    private static List<Thread> startHogs(Scheduler scheduler, int count)
        throws InterruptedException {
      CountDownLatch begun = new CountDownLatch(count);
      stop = false;
      List<Thread> hogs = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        hogs.add(
            scheduler.newThread(
                "hog",
                () -> {
                  begun.countDown();
                  while (!stop) {
                    Thread.onSpinWait();
                  }
                }));
      }
      hogs.forEach(Thread::start);
      begun.await();
      return hogs;
    }

    // Apart, so that a runtime without the module never loads the bean.
    private static final class Jdk {
      static final VirtualThreadSchedulerMXBean SCHEDULER =
          ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class);
    }

    private static int parallelism() {
      return Jdk.SCHEDULER.getParallelism();
    }

    private static void setParallelism(int value) {
      Jdk.SCHEDULER.setParallelism(value);
    }
  }
}
