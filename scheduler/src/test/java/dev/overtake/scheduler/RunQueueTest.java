// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class RunQueueTest {
  private static final Runnable THREAD = new Thread("some thread");

  private final Asleep poller = new Asleep();
  private final RunQueue queue = new RunQueue(poller);
  private final Slices driver = new Slices();

  /** A poller in whose wait something happens. */
  private static final class Asleep implements Poller {
    private Runnable meanwhile = () -> {};
    private Runnable found = () -> {};
    private int wakes;
    private int waits;

    @Override
    public int poll(MemorySegment events, boolean wait) {
      waits += wait ? 1 : 0;
      meanwhile.run();
      return 1;
    }

    @Override
    public void queueReady(MemorySegment events, int count) {
      found.run();
    }

    @Override
    public void wake() {
      wakes++;
    }

    @Override
    public void close() {}
  }

  private void whileACarrierWaits(Runnable meanwhile) {
    poller.meanwhile = meanwhile;
    assertThat(queue.poll(MemorySegment.NULL)).isTrue();
    assertThat(poller.waits).isEqualTo(1);
  }

  @Test
  void whoQueuesWakesACarrierThatWaits() {
    whileACarrierWaits(() -> queue.add(THREAD, null));
    assertThat(poller.wakes).isEqualTo(1);
    assertThat(queue.next()).isSameAs(THREAD);
    assertThat(queue.next()).isNull();
  }

  @Test
  void nobodyIsWokenWhereNobodyWaits() {
    queue.add(THREAD, null);
    queue.helpOthers();
    assertThat(poller.wakes).isZero();
  }

  @Test
  void aDriverRunsItselfWhatItQueuesFirstAndWakesAnotherForTheRest() {
    whileACarrierWaits(() -> {
      queue.add(THREAD, driver);
      assertThat(poller.wakes).isZero();
      queue.add(THREAD, driver);
      assertThat(poller.wakes).isEqualTo(1);
    });
  }

  @Test
  void aCarrierThatHasLostItsLoopWakesAnotherForWhatItQueues() {
    long running = driver.begin(THREAD, 0);
    assertThat(driver.take(running, Slices.TAKEN_BLOCKED)).isTrue();
    whileACarrierWaits(() -> queue.add(THREAD, driver));
    assertThat(poller.wakes).isEqualTo(1);
  }

  @Test
  void whoLeavesThreadsInTheQueueWakesAnother() {
    whileACarrierWaits(() -> {
      queue.helpOthers();
      assertThat(poller.wakes).isZero();
      queue.add(THREAD, driver);
      queue.helpOthers();
      assertThat(poller.wakes).isEqualTo(1);
    });
  }

  @Test
  void aCarrierDoesNotWakeItselfForWhatItHasFound() {
    poller.found =
        () -> {
          queue.add(THREAD, driver);
          queue.add(THREAD, driver);
        };
    assertThat(queue.poll(MemorySegment.NULL)).isTrue();
    assertThat(poller.wakes).isZero();
    assertThat(queue.size()).isEqualTo(2);
  }

  @Test
  void aCarrierDoesNotWaitWhileThreadsAreQueuedAndLooksForReadinessAllTheSame() {
    queue.add(THREAD, null);
    assertThat(queue.poll(MemorySegment.NULL)).isFalse();
    assertThat(poller.waits).isZero();
  }

  @Test
  void aStoppedQueueLetsNobodyWait() {
    queue.stop();
    assertThat(queue.poll(MemorySegment.NULL)).isTrue();
    assertThat(poller.waits).isZero();
    assertThat(queue.waiting()).isZero();
  }
}
