// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.overtake.compute.ComputeContract.Square;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers that die, hang or grow: what becomes of their task, of the others, of the pool. */
final class WorkerDeathTest {
  private static final Duration SHORT = Duration.ofMillis(50);

  @TempDir static Path crashes;
  private static ProcessPool pool;

  @TempDir Path folder;

  @BeforeAll
  static void start() throws IOException {
    pool =
        ProcessPool.builder()
            .workers(2)
            .cache(null)
            .grace(SHORT)
            .jvmArguments(
                "-Xmx32m", "-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=" + crashes + "/%p.log")
            .start();
  }

  @AfterAll
  static void close() {
    pool.endNow();
  }

  @AfterEach
  void bothWorkersAreFreeAgain() throws Exception {
    Gate.awaitTwoFreeWorkers(folder, pool::submit);
  }

  private void failsAlone(Callable<Long> deadly, String how) throws Exception {
    await().until(() -> pool.figures().workers() == 2);
    long diedBefore = pool.figures().died();
    Gate first = new Gate(folder, "first");
    Gate second = new Gate(folder, "second");
    List<Future<String>> held = List.of(pool.submit(first), pool.submit(second));
    first.awaitEntered();
    second.awaitEntered();
    // Queued around it, so that some of them are on the same worker behind it.
    List<Future<Long>> squares = new ArrayList<>();
    for (int n = 0; n < 4; n++) {
      squares.add(pool.submit(new Square(n)));
    }
    Future<Long> doomed = pool.submit(deadly);
    for (int n = 4; n < 40; n++) {
      squares.add(pool.submit(new Square(n)));
    }
    first.open();
    second.open();

    assertThatThrownBy(doomed::get)
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(WorkerDiedException.class)
        .hasMessageMatching("worker \\d+ \\(pid \\d+\\) " + how + " while it ran task .*");
    for (int n = 0; n < 40; n++) {
      assertThat(squares.get(n).get()).isEqualTo((long) n * n);
    }
    for (Future<String> gate : held) {
      assertThat(gate.state()).isEqualTo(Future.State.SUCCESS);
    }
    await().until(() -> pool.figures().workers() == 2);
    assertThat(pool.figures().died()).isEqualTo(diedBefore + 1);
  }

  @Test
  void aKilledWorkerFailsItsOwnTaskOnly() throws Exception {
    failsAlone(new Deeds.DeadlySignal("KILL"), "was ended by signal 9");
  }

  @Test
  void whatAWorkerHasAnsweredSurvivesItsKillAndWhatIsBehindRunsElsewhere() throws Exception {
    try (ProcessPool one = ProcessPool.builder().workers(1).cache(null).start()) {
      Gate gate = new Gate(folder, "gate");
      Future<String> held = one.submit(gate);
      gate.awaitEntered();
      // All are put on the one worker at once, and it announces no answer that has a task behind.
      List<Future<Long>> before = List.of(one.submit(new Square(2)), one.submit(new Square(3)));
      Future<Long> doomed = one.submit(new Deeds.DeadlySignal("KILL"));
      List<Future<Long>> behind = List.of(one.submit(new Square(4)), one.submit(new Square(5)));
      gate.open();

      assertThatThrownBy(doomed::get).hasCauseInstanceOf(WorkerDiedException.class);
      assertThat(held.resultNow()).isEqualTo("gate");
      assertThat(before).extracting(Future::resultNow).containsExactly(4L, 9L);
      for (int i = 0; i < 2; i++) {
        assertThat(behind.get(i).get()).isEqualTo((4L + i) * (4 + i));
      }
      assertThat(one.figures().died()).isEqualTo(1);
    }
  }

  @Test
  void aCrashedWorkerFailsItsOwnTaskOnly() throws Exception {
    failsAlone(new Deeds.DeadlySignal("SEGV"), "crashed: SIGSEGV .*");
  }

  @Test
  void aWorkerThatExitsFailsItsOwnTaskOnly() throws Exception {
    failsAlone(new Deeds.Exit(7), "exited with status 7");
  }

  @Test
  void aWorkerOutOfMemoryFailsItsOwnTaskOnly() throws Exception {
    failsAlone(
        new Deeds.Hoard(),
        "ran out of memory; it last said: .*Terminating due to java.lang.OutOfMemoryError: .*");
  }

  @Test
  void aTaskThatIgnoresItsInterruptIsKilledAfterTheGrace() throws Exception {
    Gate gate = new Gate(folder, "stubborn");
    Future<Long> stubborn = pool.submit(new Deeds.Stubborn(gate));
    gate.awaitEntered();
    List<Long> before = pool.pids();

    stubborn.cancel(true);

    assertThatThrownBy(stubborn::get).isInstanceOf(CancellationException.class);
    await().until(() -> !pool.pids().containsAll(before) && pool.figures().workers() == 2);
    assertThat(pool.submit(new Square(5)).get()).isEqualTo(25);
  }

  @Test
  void aTaskThatIgnoresItsDeadlineIsKilledAfterTheGrace() throws Exception {
    Gate gate = new Gate(folder, "stubborn");
    List<Long> before = pool.pids();
    Task<Long> task = new Task<>("stubborn", 1, new Deeds.Stubborn(gate)).within(SHORT);

    assertThatThrownBy(() -> pool.submit(task).get())
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(TimeoutException.class);

    await()
        .until(() ->
            !gate.has("entered")
                || (!pool.pids().containsAll(before) && pool.figures().workers() == 2));
    assertThat(pool.submit(new Square(5)).get()).isEqualTo(25);
  }

  @Test
  void retriesOnlyIfAskedTo() throws Exception {
    assertThatThrownBy(() -> pool.submit(new Deeds.DiesOnce(folder.resolve("a").toString())).get())
        .hasCauseInstanceOf(WorkerDiedException.class);
    try (ProcessPool retrying = ProcessPool.builder().workers(1).cache(null).retries(2).start()) {
      assertThat(retrying.submit(new Deeds.DiesOnce(folder.resolve("b").toString())).get())
          .isEqualTo(7);
      assertThatThrownBy(() -> retrying.submit(new Deeds.Exit(1)).get())
          .hasCauseInstanceOf(WorkerDiedException.class);
      assertThat(retrying.figures().died()).isEqualTo(1 + 3);
    }
  }

  @Test
  void replacesAWorkerAfterSoManyTasksWithoutAGap() throws Exception {
    try (ProcessPool recycling =
        ProcessPool.builder().workers(1).cache(null).recycleAfter(10).start()) {
      long first = recycling.submit(new Deeds.Pid()).get();

      await().until(() -> recycling.submit(new Deeds.Pid()).get() != first);

      assertThat(recycling.figures().recycled()).isEqualTo(1);
      assertThat(recycling.figures().died()).isZero();
      assertThat(recycling.figures().completed()).isGreaterThanOrEqualTo(10);
      await().until(() -> recycling.pids().size() == 1);
      assertThat(recycling.pids()).doesNotContain(first);
    }
  }

  @Test
  void replacesAWorkerThatHasGrownTooLarge() throws Exception {
    try (ProcessPool recycling =
        ProcessPool.builder().workers(1).cache(null).recycleAbove(1).start()) {
      long first = recycling.submit(new Deeds.Pid()).get();

      await().until(() -> recycling.submit(new Deeds.Pid()).get() != first);

      assertThat(recycling.figures().recycled()).isPositive();
    }
  }

  @Test
  void leavesCtrlCAndTermToTheParent() throws Exception {
    try (ProcessPool single = ProcessPool.builder().workers(1).cache(null).start()) {
      long pid = single.submit(new Deeds.Pid()).get();
      for (String signal : List.of("INT", "TERM", "HUP")) {
        assertThat(single.submit(new Deeds.Signal(signal)).get()).isEqualTo(pid);
      }
      assertThat(single.submit(new Deeds.Pid()).get()).isEqualTo(pid);
    }
  }
}
