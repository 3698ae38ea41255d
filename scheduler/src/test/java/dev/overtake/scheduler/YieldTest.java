// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Places at which a thread lets others run of its own accord. */
class YieldTest {
  @Test
  void aThreadThatYieldsInTimeKeepsItsCarrierAndOthersRun() {
    // Without the yield the other one would run as well, but by a hand-off.
    try (Scheduler scheduler =
        Scheduler.builder().eventLoops(1).quantum(Duration.ofSeconds(1)).build()) {
      AtomicBoolean ran = new AtomicBoolean();
      Thread first =
          scheduler.newThread(
              "first",
              () -> {
                scheduler.newThread("other", () -> ran.set(true)).start();
                while (!ran.get()) {
                  Scheduler.yieldIfDue();
                }
              });
      first.start();
      Eventually.ended(first);
      assertThat(scheduler.figures().computingHandoffs()).isZero();
    }
  }

  @Test
  void aThreadThatHasOverstayedGoesBackToALoop() {
    try (Scheduler scheduler = Scheduler.builder().eventLoops(1).build()) {
      AtomicBoolean lost = new AtomicBoolean();
      AtomicBoolean lostAfterwards = new AtomicBoolean();
      Thread thread =
          scheduler.newThread(
              "long",
              () -> {
                while (!carrier().lost()) {
                  Thread.onSpinWait();
                }
                lost.set(true);
                Scheduler.yieldIfDue();
                lostAfterwards.set(carrier().lost());
              });
      thread.start();
      Eventually.ended(thread);
      assertThat(lost).isTrue();
      assertThat(lostAfterwards).isFalse();
    }
  }

  private static Carrier carrier() {
    return Objects.requireNonNull(Carrier.current());
  }

  @Test
  void onOtherThreadsItDoesNothing() throws InterruptedException {
    Scheduler.yieldIfDue();
    assertThat(Carrier.current()).isNull();
    AtomicBoolean ours = new AtomicBoolean();
    Thread jdks =
        Thread.ofVirtual()
            .start(() -> {
              Scheduler.yieldIfDue();
              ours.set(Carrier.current() != null);
            });
    jdks.join();
    assertThat(ours).isFalse();
  }

  @Test
  void withoutTimeSharingNoYieldIsDue() {
    try (Scheduler scheduler =
        Scheduler.builder()
            .eventLoops(1)
            .quantum(Duration.ofNanos(1))
            .withoutTimeSharing()
            .build()) {
      AtomicBoolean due = new AtomicBoolean(true);
      Thread thread = scheduler.newThread("only", () -> due.set(carrier().yieldDue()));
      thread.start();
      Eventually.ended(thread);
      assertThat(due).isFalse();
    }
  }
}
