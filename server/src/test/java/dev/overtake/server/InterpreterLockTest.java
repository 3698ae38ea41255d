// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class InterpreterLockTest {
  private static final long ONE_MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long ONE_HOUR = TimeUnit.HOURS.toNanos(1);

  private final AtomicInteger taken = new AtomicInteger();
  private final List<FutureTask<?>> others = new ArrayList<>();

  @Test
  void whoAsksGetsTheLockAtTheNextInstructionAndNotBefore() throws Exception {
    SwitchIntervalLock lock = new SwitchIntervalLock(ONE_MILLI);
    lock.take();
    startOther(lock);
    await().until(lock::dropRequested);
    assertThat(taken).hasValue(0);

    lock.next();

    assertThat(taken).hasValue(1);
    assertThat(lock.dropRequested()).isFalse();
    lock.drop();
    joinOthers();
  }

  @Test
  void whoDropsOnRequestForIoLetsTheOtherIn() throws Exception {
    SwitchIntervalLock lock = new SwitchIntervalLock(ONE_MILLI);
    lock.take();
    startOther(lock);
    await().until(lock::dropRequested);

    lock.drop();
    lock.take();

    assertThat(taken).hasValue(1);
    lock.drop();
    joinOthers();
  }

  @Test
  void nobodyAsksBeforeTheIntervalHasPassed() throws Exception {
    SwitchIntervalLock lock = new SwitchIntervalLock(ONE_HOUR);
    lock.take();
    Thread other = startOther(lock);
    await().until(() -> other.getState() == Thread.State.TIMED_WAITING);

    for (int i = 0; i < 1_000_000; i++) {
      lock.next();
    }

    assertThat(taken).hasValue(0);
    lock.drop();
    joinOthers();
    assertThat(taken).hasValue(1);
  }

  @Test
  void interruptNeitherEndsTheWaitNorIsLost() throws Exception {
    for (InterpreterLock lock : List.of(new SwitchIntervalLock(ONE_HOUR), new TickLock())) {
      lock.take();
      AtomicInteger interrupted = new AtomicInteger();
      Thread other =
          Thread.ofPlatform()
              .start(() -> {
                lock.take();
                interrupted.addAndGet(Thread.currentThread().isInterrupted() ? 1 : 0);
                lock.drop();
              });
      other.interrupt();
      await()
          .until(() ->
              other.getState() == Thread.State.TIMED_WAITING
                  || other.getState() == Thread.State.WAITING);
      lock.drop();
      other.join();
      assertThat(interrupted).hasValue(1);
    }
  }

  @Test
  void tickingLockIsReleasedEveryHundredInstructions() throws Exception {
    TickLock lock = new TickLock();
    lock.take();
    Thread other = startOther(lock);
    await().until(() -> other.getState() == Thread.State.WAITING);
    for (int i = 0; i < 99; i++) {
      lock.next();
    }
    assertThat(taken).hasValue(0);

    // It may take some more hundreds: whoever releases it may have it back first.
    while (taken.get() == 0) {
      lock.next();
    }

    lock.drop();
    joinOthers();
  }

  @Test
  void oneThreadAtATimeExecutes() throws Exception {
    for (InterpreterLock lock : List.of(new SwitchIntervalLock(1_000), new TickLock())) {
      int[] count = new int[1]; // plain: what guards it is under test
      for (int thread = 0; thread < 4; thread++) {
        start(() -> {
          for (int i = 0; i < 50; i++) {
            lock.take();
            for (int j = 0; j < 1_000; j++) {
              count[0]++;
              lock.next();
            }
            lock.drop();
          }
        });
      }
      joinOthers();
      assertThat(count[0]).isEqualTo(4 * 50 * 1_000);
    }
  }

  private Thread startOther(InterpreterLock lock) {
    return start(() -> {
      lock.take();
      taken.incrementAndGet();
      lock.drop();
    });
  }

  private Thread start(Runnable task) {
    FutureTask<?> other = new FutureTask<>(task, null);
    others.add(other);
    return Thread.ofPlatform().start(other);
  }

  private void joinOthers() throws Exception {
    for (FutureTask<?> other : others) {
      other.get();
    }
    others.clear();
  }
}
