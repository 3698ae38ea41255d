// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** A scheduler with nothing to do. */
class IdleTest {
  @Test
  void theWatchdogSleepsWhileAllLoopsWaitAndIsAwakeForEveryHog() {
    try (Scheduler scheduler =
        Scheduler.builder().name("idle").eventLoops(2).demotion(Demotion.NONE).build()) {
      Watchdog watchdog = watchdogOf("idle");
      for (int round = 1; round <= 25; round++) {
        sleeps(watchdog);
        int handoffs = round;
        Hogs hogs = Hogs.on(scheduler, 1);
        Eventually.that("handed off", () -> scheduler.figures().computingHandoffs() >= handoffs);
        hogs.close();
      }
      sleeps(watchdog);
      Eventually.that("none overstays", () -> scheduler.figures().overstaying() == 0);
    }
  }

  @Test
  void threadsThatOnlyWaitKeepNobodyAwake() {
    try (Scheduler scheduler = Scheduler.builder().name("waiting").build()) {
      CountDownLatch never = new CountDownLatch(1);
      Thread waiting =
          scheduler.newThread(
              "waiting",
              () -> assertThatThrownBy(never::await).isInstanceOf(InterruptedException.class));
      waiting.start();
      Eventually.that("it waits", () -> waiting.getState() == Thread.State.WAITING);
      sleeps(watchdogOf("waiting"));
      waiting.interrupt();
      Eventually.ended(waiting);
      sleeps(watchdogOf("waiting"));
    }
  }

  private static void sleeps(Watchdog watchdog) {
    Eventually.that("the watchdog sleeps", watchdog::waitsForAlarms);
  }

  private static Watchdog watchdogOf(String scheduler) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals(scheduler + "-watchdog"))
        .map(Watchdog.class::cast)
        .findFirst()
        .orElseThrow();
  }
}
