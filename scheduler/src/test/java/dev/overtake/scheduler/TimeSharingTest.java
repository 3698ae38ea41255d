// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Slices that compute. */
class TimeSharingTest {
  @ParameterizedTest(name = "{0} loops, {1} hogs")
  @CsvSource({"1, 1", "1, 5", "2, 2", "2, 9"})
  void shortThreadsRunBesideHogs(int eventLoops, int count) {
    try (Scheduler scheduler = Scheduler.builder().eventLoops(eventLoops).build()) {
      Hogs hogs = Hogs.on(scheduler, count);
      runShortThreads(scheduler);
      assertThat(hogs.threads()).allMatch(Thread::isAlive);
      assertThat(scheduler.figures().computingHandoffs())
          .isGreaterThanOrEqualTo(count - eventLoops);
      hogs.close();
    }
  }

  private static void runShortThreads(Scheduler scheduler) {
    for (int i = 0; i < 100; i++) {
      Thread thread = scheduler.newThread("short-" + i, () -> {});
      thread.start();
      Eventually.ended(thread);
    }
  }

  @Test
  void theCarrierOfAHogIsDemotedAndEndsWithTheSlice() {
    try (Scheduler scheduler = Scheduler.builder().name("single-use").eventLoops(1).build()) {
      Hogs hogs = Hogs.on(scheduler, 1);
      Eventually.that("handed off", () -> scheduler.figures().overstaying() == 1);
      String carrier = carrierOf(hogs.threads().getFirst());
      assertThat(scheduler.figures().demotions()).isEqualTo(1);
      hogs.close();
      Eventually.that("the carrier has ended", () -> !liveThreads().contains(carrier));
      assertThat(scheduler.figures().overstaying()).isZero();
      assertThat(scheduler.figures().blockedHandoffs()).isZero();
    }
  }

  private static String carrierOf(Thread mounted) {
    String text = mounted.toString();
    return text.substring(text.indexOf('@') + 1);
  }

  private static List<String> liveThreads() {
    return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList();
  }

  @Test
  void aThreadWorksOnAfterItHasLostItsLoop() {
    try (Scheduler scheduler = Scheduler.builder().eventLoops(1).build()) {
      List<Integer> done = new ArrayList<>();
      Thread thread =
          scheduler.newThread(
              "worker",
              () -> {
                for (int i = 0; i < 3; i++) {
                  while (scheduler.figures().computingHandoffs() <= i) {
                    Thread.onSpinWait();
                  }
                  LockSupport.parkNanos(1000);
                  done.add(i);
                }
              });
      thread.start();
      Eventually.ended(thread);
      assertThat(done).containsExactly(0, 1, 2);
      assertThat(scheduler.figures().computingHandoffs()).isGreaterThanOrEqualTo(3);
    }
  }

  @Test
  void beyondTheHardCapALoopWaitsForItsSlice() {
    try (Scheduler scheduler = Scheduler.builder().eventLoops(1).maxOverstaying(1).build()) {
      Hogs hogs = Hogs.on(scheduler, 17); // the last one keeps the loop
      assertThat(scheduler.figures().overstaying()).isEqualTo(16);
      Thread patient = scheduler.newThread("patient", () -> {});
      patient.start();
      Eventually.that("queued", () -> scheduler.figures().queueDepth() == 1);
      assertThat(patient.isAlive()).isTrue();
      hogs.close();
      Eventually.ended(patient);
    }
  }

  @Test
  void suspectsAtTheCapAreAllRunInTheEnd() {
    try (Scheduler scheduler = Scheduler.builder().eventLoops(1).maxOverstaying(1).build()) {
      CountDownLatch goOn = new CountDownLatch(1);
      List<Thread> suspects = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        long handoffs = handoffs(scheduler);
        Thread suspect =
            scheduler.newThread(
                "suspect-" + i,
                () -> {
                  overstay(scheduler, handoffs);
                  awaitLatch(goOn);
                });
        suspects.add(suspect);
        suspect.start();
        Eventually.that(suspect + " waits", () -> suspect.getState() == Thread.State.WAITING);
      }
      Hogs hogs = Hogs.on(scheduler, 1);
      Eventually.that("at the cap", () -> scheduler.figures().overstaying() == 1);
      goOn.countDown();
      runShortThreads(scheduler);
      hogs.close();
      for (Thread suspect : suspects) {
        Eventually.ended(suspect);
      }
      assertThat(scheduler.figures().suspectsWaiting()).isZero();
    }
  }

  @Test
  void anOverstayingSliceMayWaitForASuspect() {
    try (Scheduler scheduler = Scheduler.builder().eventLoops(1).maxOverstaying(1).build()) {
      CountDownLatch goOn = new CountDownLatch(1);
      AtomicReference<String> answer = new AtomicReference<>("");
      Thread suspect =
          scheduler.newThread(
              "suspect",
              () -> {
                overstay(scheduler, 0);
                awaitLatch(goOn);
                answer.set("here");
              });
      suspect.start();
      Eventually.that("suspect waits", () -> suspect.getState() == Thread.State.WAITING);
      Thread spinning =
          scheduler.newThread(
              "spinning",
              () -> {
                while (answer.get().isEmpty()) {
                  Thread.onSpinWait();
                }
              });
      spinning.start();
      Eventually.that("at the cap", () -> scheduler.figures().overstaying() == 1);
      goOn.countDown();
      Eventually.ended(spinning);
      Eventually.ended(suspect);
    }
  }

  /** Computes until more slices have been handed off than before this thread was started. */
  private static void overstay(Scheduler scheduler, long handoffsBefore) {
    while (handoffs(scheduler) == handoffsBefore) {
      Thread.onSpinWait();
    }
  }

  /**
   * Of either kind: a slice that first waits, for a class to be loaded say, is taken as blocked.
   */
  private static long handoffs(Scheduler scheduler) {
    SchedulerFigures figures = scheduler.figures();
    return figures.computingHandoffs() + figures.blockedHandoffs();
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aQuantumOfZeroHandsOffEverySliceThatALookFinds() {
    try (Scheduler scheduler = Scheduler.builder().quantum(Duration.ZERO).build()) {
      try (Hogs hogs = Hogs.on(scheduler, 3)) {
        runShortThreads(scheduler);
        assertThat(hogs.threads()).allMatch(Thread::isAlive);
      }
    }
  }
}
