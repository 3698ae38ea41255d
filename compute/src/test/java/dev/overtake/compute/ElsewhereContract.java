// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds where tasks leave the caller's thread: they wait, expire, are cancelled, cut off. */
abstract class ElsewhereContract extends ComputeContract {
  static final Duration SHORT = Duration.ofMillis(50);

  @TempDir Path folder;

  /** A started one with one worker and two places in its queue; the test closes it. */
  abstract Compute narrow() throws IOException;

  @AfterEach
  void bothWorkersAreFreeAgain() throws Exception {
    Gate.awaitTwoFreeWorkers(folder, gate -> compute().submit(gate.task()));
  }

  @Test
  void rejectsInOneLineWhatItsQueueCannotHold() throws Exception {
    try (Compute narrow = narrow()) {
      Gate gate = new Gate(folder, "gate");
      Trip<String> running = narrow.submit(gate.task());
      gate.awaitEntered();
      Trip<Long> second = narrow.submit(square(2));
      Trip<Long> third = narrow.submit(square(3));

      assertThatThrownBy(() -> narrow.submit(square(4)))
          .isInstanceOf(RejectedExecutionException.class)
          .hasMessageContaining("queue is full")
          .hasMessageContaining("square(4)")
          .hasMessageNotContaining("\n");

      gate.open();
      assertThat(running.get()).isEqualTo("gate");
      assertThat(second.get()).isEqualTo(4);
      assertThat(third.get()).isEqualTo(9);
      assertThat(narrow.call(square(4))).isEqualTo(16);
    }
  }

  @Test
  void cancellingAWaitingTaskFreesItsPlaceAndItNeverRuns() throws Exception {
    try (Compute narrow = narrow()) {
      Gate gate = new Gate(folder, "gate");
      Gate never = new Gate(folder, "never");
      Trip<String> running = narrow.submit(gate.task());
      gate.awaitEntered();
      Trip<Long> kept = narrow.submit(square(2));
      Trip<String> dropped = narrow.submit(never.task());

      assertThat(dropped.cancel(false)).isTrue();

      Trip<Long> inItsPlace = narrow.submit(square(3));
      gate.open();
      assertThat(running.get()).isEqualTo("gate");
      assertThat(kept.get()).isEqualTo(4);
      assertThat(inItsPlace.get()).isEqualTo(9);
      assertThatThrownBy(dropped::get).isInstanceOf(CancellationException.class);
      assertThat(never.has("entered")).isFalse();
      assertThat(dropped.runNanos()).isEqualTo(-1);
    }
  }

  @Test
  void cancellingARunningTaskInterruptsItAndNoOther() throws Exception {
    Gate gate = new Gate(folder, "gate");
    Trip<String> running = compute().submit(gate.task());
    gate.awaitEntered();

    assertThat(running.cancel(true)).isTrue();

    assertThatThrownBy(running::get).isInstanceOf(CancellationException.class);
    gate.awaitInterrupted();
    for (long n = 0; n < 20; n++) {
      assertThat(compute().call(square(n))).isEqualTo(n * n);
    }
  }

  @Test
  void cancellingWithoutInterruptLetsARunningTaskEnd() throws Exception {
    Gate gate = new Gate(folder, "gate");
    Trip<String> running = compute().submit(gate.task());
    gate.awaitEntered();

    assertThat(running.cancel(false)).isTrue();
    gate.open();

    assertThatThrownBy(running::get).isInstanceOf(CancellationException.class);
    assertThat(compute().call(square(2))).isEqualTo(4);
    assertThat(gate.has("interrupted")).isFalse();
  }

  @Test
  void givesUpARunningTaskAtItsDeadline() throws Exception {
    Gate gate = new Gate(folder, "gate");

    assertThatThrownBy(() -> compute().call(gate.task().within(SHORT)))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(TimeoutException.class)
        .hasMessageContaining("gate(0)")
        .hasMessageContaining("PT0.05S");
    // It may have expired before it was begun.
    await().until(() -> !gate.has("entered") || gate.has("interrupted"));
  }

  @Test
  void givesUpAWaitingTaskAtItsDeadlineAndItNeverRuns() throws Exception {
    try (Compute narrow = narrow()) {
      Gate gate = new Gate(folder, "gate");
      Gate never = new Gate(folder, "never");
      Trip<String> running = narrow.submit(gate.task());
      gate.awaitEntered();

      assertThatThrownBy(() -> narrow.call(never.task().within(SHORT)))
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOf(TimeoutException.class)
          .hasMessageContaining("waiting");

      gate.open();
      assertThat(running.get()).isEqualTo("gate");
      assertThat(narrow.call(square(2))).isEqualTo(4);
      assertThat(never.has("entered")).isFalse();
    }
  }

  @Test
  void aTaskThatMeetsItsDeadlineIsNotTroubledByIt() throws Exception {
    assertThat(compute().call(square(6).within(Duration.ofDays(1_000_000)))).isEqualTo(36);
  }

  @Test
  void anInterruptedCallerTakesItsTaskAlong() throws Exception {
    Gate gate = new Gate(folder, "gate");
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread caller =
        Thread.ofVirtual()
            .start(() -> {
              try {
                compute().call(gate.task());
              } catch (Throwable e) {
                thrown.set(e);
              }
            });
    gate.awaitEntered();

    caller.interrupt();
    caller.join();

    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    gate.awaitInterrupted();
  }

  @Test
  void closingEndsEverythingThatIsUnderWay() throws Exception {
    Gate gate = new Gate(folder, "gate");
    Gate never = new Gate(folder, "never");
    CountDownLatch closed = new CountDownLatch(1);
    Compute narrow = narrow();
    Trip<String> running = narrow.submit(gate.task());
    gate.awaitEntered();
    Trip<String> waiting = narrow.submit(never.task());

    Thread closer =
        Thread.ofPlatform()
            .start(() -> {
              narrow.close();
              narrow.close();
              closed.countDown();
            });

    assertThatThrownBy(running::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InterruptedException.class);
    assertThatThrownBy(waiting::get)
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(RejectedExecutionException.class)
        .hasMessageContaining("closed before task gate(0) began");
    closed.await();
    closer.join();
    assertThatThrownBy(() -> narrow.submit(square(1)))
        .isInstanceOf(RejectedExecutionException.class)
        .hasMessageContaining("closed")
        .hasMessageContaining("square(1)");
    assertThat(never.has("entered")).isFalse();
  }
}
