// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A system that gives no more threads, as a container does at its limit of processes. */
class ScarceThreadsTest {
  private static final class Scarce extends Os {
    final AtomicInteger left = new AtomicInteger();
    final AtomicInteger refused = new AtomicInteger();

    @Override
    void start(Thread thread) {
      if (left.getAndUpdate(n -> Math.max(0, n - 1)) == 0) {
        refused.incrementAndGet();
        throw new OutOfMemoryError("unable to create native thread");
      }
      super.start(thread);
    }
  }

  private final Scarce os = new Scarce();

  private Scheduler.Builder builder() {
    Scheduler.Builder builder = Scheduler.builder().name("scarce").eventLoops(2).spareCarriers(0);
    builder.os = () -> os;
    return builder;
  }

  @Test
  void aLoopStaysWithItsCarrierUntilAThreadCanBeMade() {
    os.left.set(2);
    try (Scheduler scheduler = builder().build();
        Hogs hogs = Hogs.on(scheduler, 2)) {
      Eventually.that("threads are refused", () -> os.refused.get() > 3);
      assertThat(scheduler.figures().computingHandoffs()).isZero();
      // One more while a thread is being refused.
      Eventually.that("as many as loops", () -> scheduler.figures().carriers() == 2);
      assertThat(hogs.threads()).allMatch(Thread::isAlive);
      os.left.set(10);
      Thread thread = scheduler.newThread("short", () -> {});
      thread.start();
      Eventually.ended(thread);
    }
  }

  @Test
  void aSchedulerThatGetsNoThreadForALoopIsNotBuiltAndLeavesNothing() {
    os.left.set(1);
    assertThatThrownBy(() -> builder().build())
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessageContaining("scarce: the system gives no thread for an event loop");
    Eventually.that(
        "carriers have ended",
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("scarce-")));
  }
}
