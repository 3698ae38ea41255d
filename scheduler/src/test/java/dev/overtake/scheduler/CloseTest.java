// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CloseTest {
  @Test
  void closingWaitsForThreadsThatRunAndIsIdempotent() {
    Scheduler scheduler = Scheduler.builder().build();
    AtomicInteger done = new AtomicInteger();
    CountDownLatch goOn = new CountDownLatch(1);
    for (int i = 0; i < 10; i++) {
      scheduler
          .newThread(
              "waiting",
              () -> {
                uninterruptibly(goOn::await);
                done.incrementAndGet();
              })
          .start();
    }
    Eventually.that("all wait", () -> scheduler.figures().threads() == 10);
    Thread closing = Thread.ofPlatform().start(scheduler::close);
    Thread closingToo = Thread.ofPlatform().start(scheduler::close);
    Eventually.that("closing", () -> isClosed(scheduler));
    assertThat(closing.isAlive()).isTrue();
    assertThat(closingToo.isAlive()).isTrue();
    goOn.countDown();
    Eventually.ended(closing);
    Eventually.ended(closingToo);
    assertThat(done).hasValue(10);
    scheduler.close();
    assertThat(scheduler.close(Duration.ZERO)).isTrue();
  }

  @Test
  void closingWaitsForThreadsThatHaveJustBeenStarted() {
    for (int round = 0; round < 20; round++) {
      AtomicInteger done = new AtomicInteger();
      Scheduler scheduler = Scheduler.builder().eventLoops(1).build();
      for (int i = 0; i < 20; i++) {
        scheduler.newThread("new", done::incrementAndGet).start();
      }
      scheduler.close();
      assertThat(done).hasValue(20);
    }
  }

  @Test
  void aClosedSchedulerMakesNoThreads() {
    Scheduler scheduler = Scheduler.builder().build();
    ExecutorService executor = scheduler.executor();
    scheduler.close();
    assertThatThrownBy(() -> scheduler.newThread("late", () -> {}))
        .isInstanceOf(RejectedExecutionException.class)
        .hasMessage(scheduler.name() + ": closed");
    assertThatThrownBy(() -> executor.submit(() -> {}))
        .isInstanceOf(RejectedExecutionException.class);
    executor.close();
  }

  @Test
  void aThreadMadeBeforeAndStartedAfterwardsIsStillRun() {
    Scheduler scheduler = Scheduler.builder().build();
    Thread thread = scheduler.newThread("late", () -> {});
    scheduler.close();
    thread.start();
    Eventually.ended(thread);
  }

  @Test
  void threadsLeftBehindAreStillRun() {
    Scheduler scheduler = Scheduler.builder().eventLoops(1).spareCarriers(0).build();
    CountDownLatch goOn = new CountDownLatch(1);
    List<Thread> left = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      Thread thread =
          scheduler.newThread(
              "left",
              () -> {
                uninterruptibly(goOn::await);
                uninterruptibly(() -> Thread.sleep(1));
              });
      left.add(thread);
      thread.start();
    }
    for (Thread thread : left) {
      Eventually.that("parked", () -> thread.getState() == Thread.State.WAITING);
    }
    assertThat(scheduler.close(Duration.ZERO)).isFalse();
    goOn.countDown();
    left.forEach(Eventually::ended);
    assertThat(scheduler.close(Duration.ofMinutes(1))).isTrue();
  }

  @Test
  void threadsQueuedBehindAHogAreRunThoughTheLoopsEnd() {
    Scheduler scheduler = Scheduler.builder().eventLoops(1).withoutTimeSharing().build();
    Hogs hogs = Hogs.on(scheduler, 1);
    Thread behind = scheduler.newThread("behind", () -> {});
    behind.start();
    assertThat(scheduler.close(Duration.ofMillis(1))).isFalse();
    Eventually.ended(behind);
    hogs.close();
    assertThat(scheduler.close(Duration.ofMinutes(1))).isTrue();
  }

  @Test
  void suspectsLeftBehindAreStillRun() {
    Scheduler scheduler = Scheduler.builder().eventLoops(1).maxOverstaying(1).build();
    CountDownLatch goOn = new CountDownLatch(1);
    Thread suspect =
        scheduler.newThread(
            "suspect",
            () -> {
              while (scheduler.figures().computingHandoffs() == 0) {
                Thread.onSpinWait();
              }
              uninterruptibly(goOn::await);
            });
    suspect.start();
    Eventually.that("suspect waits", () -> suspect.getState() == Thread.State.WAITING);
    Hogs hogs = Hogs.on(scheduler, 1);
    Eventually.that("at the cap", () -> scheduler.figures().overstaying() == 1);
    goOn.countDown();
    assertThat(scheduler.close(Duration.ZERO)).isFalse();
    Eventually.ended(suspect);
    hogs.close();
    assertThat(scheduler.close(Duration.ofMinutes(1))).isTrue();
  }

  @Test
  void interruptingWhoClosesEndsTheWaitAndLeavesTheFlag() {
    Scheduler scheduler = Scheduler.builder().build();
    CountDownLatch goOn = new CountDownLatch(1);
    Thread waiting = scheduler.newThread("waiting", () -> uninterruptibly(goOn::await));
    waiting.start();
    Eventually.that("it waits", () -> waiting.getState() == Thread.State.WAITING);
    AtomicBoolean flag = new AtomicBoolean();
    Thread closing =
        Thread.ofPlatform()
            .start(() -> {
              scheduler.close();
              flag.set(Thread.currentThread().isInterrupted());
            });
    Eventually.that("closing", () -> isClosed(scheduler));
    closing.interrupt();
    Eventually.ended(closing);
    assertThat(flag).isTrue();
    goOn.countDown();
    Eventually.ended(waiting);
  }

  @Test
  void nothingIsLeftAfterManyRounds() throws Exception {
    round(); // what the JVM opens and starts once
    Eventually.that("first round over", () -> ourThreads().isEmpty());
    long files = openFiles();
    for (int i = 0; i < 100; i++) {
      round();
    }
    Eventually.that("threads back at the start", () -> ourThreads().isEmpty());
    Eventually.that("files back at the start", () -> openFiles() <= files);
  }

  private static void round() {
    try (Scheduler scheduler =
        Scheduler.builder()
            .name("round")
            .quantum(Duration.ofNanos(200_000))
            .demotion(Demotion.NONE)
            .eventLoops(2)
            .build()) {
      Hogs hogs = Hogs.on(scheduler, 3);
      scheduler.newThread("short", () -> {}).start();
      hogs.close();
    }
  }

  private static List<String> ourThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("round-"))
        .toList();
  }

  private static long openFiles() throws Exception {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    }
  }

  private static boolean isClosed(Scheduler scheduler) {
    try {
      scheduler.newThread("probe", () -> {});
      return false;
    } catch (RejectedExecutionException e) {
      return true;
    }
  }

  private interface Interruptible {
    void run() throws InterruptedException;
  }

  private static void uninterruptibly(Interruptible waiting) {
    try {
      waiting.run();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
