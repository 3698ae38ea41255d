// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.overtake.compute.ComputeContract.Square;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process pool as an executor, and what can and can't travel. */
final class ProcessPoolTest {
  private static final int TASK_BYTES = 4 << 20;

  private static ProcessPool pool;

  @TempDir Path folder;

  @BeforeAll
  static void start() throws IOException {
    pool = ProcessPool.builder().workers(2).taskBytes(TASK_BYTES).cache(null).start();
  }

  @AfterAll
  static void close() {
    pool.endNow();
    assertThat(pool.isTerminated()).isTrue();
  }

  @AfterEach
  void bothWorkersAreFreeAgain() throws Exception {
    Gate.awaitTwoFreeWorkers(folder, pool::submit);
  }

  @Test
  void runsTasksInOtherProcesses() throws Exception {
    assertThat(pool.submit(new Deeds.Pid()).get()).isNotEqualTo(ProcessHandle.current().pid());
  }

  @Test
  void runsSerializableLambdas() throws Exception {
    int n = 6;
    Callable<Integer> product = (Callable<Integer> & Serializable) () -> n * 7;

    assertThat(pool.submit(product).get()).isEqualTo(42);
  }

  @Test
  void runsRunnablesForTheValueGivenWithThem() throws Exception {
    Path file = folder.resolve("lines");

    assertThat(pool.submit(new Deeds.Append(file.toString(), "one"), "done").get())
        .isEqualTo("done");
    assertThat(pool.submit(new Deeds.Append(file.toString(), "two")).get()).isNull();
    pool.execute(new Deeds.Append(file.toString(), "three"));

    await().until(() -> Files.readAllLines(file).equals(List.of("one", "two", "three")));
  }

  @Test
  void invokesAll() throws Exception {
    List<Square> squares = new ArrayList<>();
    for (int n = 0; n < 100; n++) {
      squares.add(new Square(n));
    }

    List<Future<Long>> results = pool.invokeAll(squares);

    for (int n = 0; n < 100; n++) {
      assertThat(results.get(n).resultNow()).isEqualTo((long) n * n);
    }
  }

  @Test
  void invokesAnyAndInterruptsTheOthers() throws Exception {
    Gate gate = new Gate(folder, "gate");
    List<Callable<String>> tasks =
        List.of(new Deeds.Complains("no"), gate, new Deeds.SaysAfter(gate, "yes"));

    assertThat(pool.invokeAny(tasks)).isEqualTo("yes");

    gate.awaitInterrupted();
    assertThatThrownBy(() -> pool.invokeAny(List.of(new Deeds.Complains("never"))))
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseMessage("never");
    Gate late = new Gate(folder, "late");
    assertThatThrownBy(() -> pool.invokeAny(List.of(late), 10, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
  }

  @Test
  void namesTheWorkerInWhichATaskFailed() {
    assertThatThrownBy(() -> pool.submit(new Deeds.Complains("of this")).get())
        .isInstanceOf(ExecutionException.class)
        .hasMessageMatching(
            "task \\S+Complains\\(0\\) failed in worker \\d+ \\(pid \\d+\\): "
                + "java.lang.IllegalStateException: of this");
  }

  @Test
  void bringsBackEveryKindOfValue() throws Exception {
    for (Object value :
        List.of(true, false, 1, -2L, 2.5, "text with ü", 'c', 1.5f, List.of("a", 2), int.class)) {
      Callable<Object> echo = (Callable<Object> & Serializable) () -> value;
      if (value instanceof Serializable) {
        assertThat(pool.submit(echo).get()).isEqualTo(value);
      }
    }
  }

  @Test
  void carriesLargeTasksAndResults() throws Exception {
    List<Future<Integer>> lengths = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      lengths.add(pool.submit(new Deeds.Length(TASK_BYTES - 1_000 - i)));
    }

    for (int i = 0; i < 8; i++) {
      assertThat(lengths.get(i).get()).isEqualTo(TASK_BYTES - 1_000 - i);
    }
    assertThat(pool.submit(new Deeds.Zeros(TASK_BYTES - 1_000)).get()).hasSize(TASK_BYTES - 1_000);
    assertThat(pool.submit(new Square(2)).get()).isEqualTo(4);
  }

  @Test
  void refusesATaskThatCannotBeSerialized() {
    Object here = new Object();
    assertThatThrownBy(() -> pool.submit(() -> here))
        .isInstanceOf(RejectedExecutionException.class)
        .hasMessageStartingWith("processes:2: task ")
        .hasMessageContaining("can't be serialized, no Serializable: ")
        .hasMessageNotContaining("\n")
        .hasCauseInstanceOf(NotSerializableException.class);
    assertThatThrownBy(() -> pool.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
  }

  @Test
  void refusesATaskThatIsTooLarge() throws Exception {
    assertThatThrownBy(() -> pool.submit(new Deeds.Length(TASK_BYTES)))
        .isInstanceOf(RejectedExecutionException.class)
        .hasMessageContaining("is larger than 4194304 bytes");
    assertThat(pool.submit(new Square(2)).get()).isEqualTo(4);
  }

  @Test
  void failsATaskWhoseResultCannotTravel() throws Exception {
    assertThatThrownBy(() -> pool.submit(new Deeds.Unsendable()).get())
        .cause()
        .isInstanceOf(IOException.class)
        .hasMessage("result can't be serialized, no Serializable: java.lang.Object");
    assertThatThrownBy(() -> pool.submit(new Deeds.Zeros(TASK_BYTES)).get())
        .cause()
        .isInstanceOf(IOException.class)
        .hasMessage("result is larger than 4194304 bytes");
    assertThat(pool.submit(new Square(2)).get()).isEqualTo(4);
  }

  @Test
  void tellsOfAnExceptionThatCannotTravelWhatCanBeTold() throws Exception {
    assertThatThrownBy(() -> pool.submit(new Deeds.Throws()).get())
        .cause()
        .hasMessage(Deeds.Laden.class.getName() + ": too much to carry")
        .hasRootCauseMessage("java.lang.IllegalStateException: beneath")
        .satisfies(e ->
            assertThat(e.getStackTrace()[0].getClassName())
                .isEqualTo(Deeds.Throws.class.getName()));
  }

  @Test
  void givesEveryoneTheSameResultObject() throws Exception {
    Future<List<String>> future =
        pool.submit((Callable<List<String>> & Serializable) () -> new ArrayList<>(List.of("x")));

    assertThat(future.get()).isSameAs(future.get()).isSameAs(future.resultNow());
    assertThat(future.state()).isEqualTo(Future.State.SUCCESS);
    Future<String> failure = pool.submit(new Deeds.Complains("x"));
    assertThatThrownBy(failure::get).isInstanceOf(ExecutionException.class);
    assertThat(failure.state()).isEqualTo(Future.State.FAILED);
    assertThat(failure.exceptionNow()).isSameAs(failure.exceptionNow()).hasMessage("x");
  }

  @Test
  void takesTasksFromAnInterruptedThread() throws Exception {
    Thread.currentThread().interrupt();
    Future<Long> future = pool.submit(new Square(9));

    assertThat(Thread.interrupted()).isTrue();
    assertThat(future.get()).isEqualTo(81);
  }

  @Test
  void aTaskThatInterruptsItsThreadDoesNotHarmTheNext() throws Exception {
    for (int i = 0; i < 10; i++) {
      pool.submit(
              (Callable<Boolean> & Serializable)
                  () -> {
                    Thread.currentThread().interrupt();
                    return true;
                  })
          .get();
    }
    assertThat(pool.submit(new Square(2)).get()).isEqualTo(4);
    assertThat(pool.figures().died()).isZero();
  }

  @Test
  void shortTasksDoNotWaitBehindALongOne() throws Exception {
    Gate gate = new Gate(folder, "gate");
    List<Future<Long>> squares = new ArrayList<>();
    // While both workers are busy, enough is queued for both to be given several at once.
    Gate first = new Gate(folder, "first");
    Future<String> held = pool.submit(first);
    Future<String> other = pool.submit(new Gate(folder, "second"));
    first.awaitEntered();
    new Gate(folder, "second").awaitEntered();
    for (int n = 0; n < 8; n++) {
      squares.add(pool.submit(new Square(n)));
    }
    Future<String> gated = pool.submit(gate);
    for (int n = 8; n < 40; n++) {
      squares.add(pool.submit(new Square(n)));
    }

    first.open();
    new Gate(folder, "second").open();

    for (int n = 0; n < 40; n++) {
      assertThat(squares.get(n).get()).isEqualTo((long) n * n);
    }
    assertThat(gated.isDone()).isFalse();
    gate.open();
    assertThat(List.of(held.get(), other.get(), gated.get()))
        .containsExactly("first", "second", "gate");
  }

  @Test
  void admitsOnlyWhatItsOwnerNames() throws Exception {
    try (ProcessPool narrow =
        ProcessPool.builder()
            .workers(1)
            .cache(null)
            .admit("dev.overtake.compute", "org.example")
            .start()) {
      assertThat(narrow.submit(new Square(3)).get()).isEqualTo(9);
      Future<Object> foreign =
          narrow.submit(
              (Callable<Object> & Serializable) org.assertj.core.util.diff.Delta.TYPE::values);
      assertThatThrownBy(foreign::get)
          .cause()
          .isInstanceOf(IOException.class)
          .hasMessageContaining("class org.assertj.core.util.diff.Delta$TYPE is not admitted");
      assertThat(narrow.submit(new Square(4)).get()).isEqualTo(16);
    }
  }

  @Test
  void closingWaitsForWhatWasSubmitted() throws Exception {
    List<Future<Long>> pauses = new ArrayList<>();
    ProcessPool closed;
    try (ProcessPool brief = ProcessPool.builder().workers(1).cache(null).start()) {
      closed = brief;
      for (int i = 0; i < 10; i++) {
        pauses.add(brief.submit(new Deeds.Pause(1_000_000)));
      }
    }
    assertThat(pauses).allMatch(pause -> pause.state() == Future.State.SUCCESS);
    assertThat(closed.isShutdown()).isTrue();
    assertThat(closed.isTerminated()).isTrue();
    assertThat(closed.pids()).isEmpty();
    assertThatThrownBy(() -> closed.submit(new Square(1)))
        .isInstanceOf(RejectedExecutionException.class)
        .hasMessageContaining("processes:1: closed");
  }

  @Test
  void aTaskThatComputesForLongIsLoweredAndTheNextIsNot() throws Exception {
    try (ProcessPool one = ProcessPool.builder().workers(1).cache(null).start()) {
      List<Integer> before = one.submit(new Deeds.WhoRuns()).get();

      assertThat(one.submit(new Deeds.ComputesUntilLowered(Duration.ofMinutes(1))).get())
          .isEqualTo(Math.min(19, before.getLast() + 10));

      List<Integer> after = one.submit(new Deeds.WhoRuns()).get();
      assertThat(after.getFirst()).isNotEqualTo(before.getFirst());
      assertThat(after.getLast()).isEqualTo(before.getLast());
    }
  }

  @Test
  void nothingIsLoweredIfThePoolIsToldSo() throws Exception {
    try (ProcessPool one =
        ProcessPool.builder().workers(1).cache(null).lowersLongTasks(false).start()) {
      List<Integer> before = one.submit(new Deeds.WhoRuns()).get();

      assertThat(one.submit(new Deeds.ComputesUntilLowered(Duration.ofMillis(500))).get())
          .isEqualTo(before.getLast());

      assertThat(one.submit(new Deeds.WhoRuns()).get()).isEqualTo(before);
    }
  }
}
