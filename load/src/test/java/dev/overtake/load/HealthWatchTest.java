// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import org.junit.jupiter.api.Test;

class HealthWatchTest {
  private static final long SECOND = 1_000_000_000;

  private static HealthWatch.Lap lap(double cpuShare) {
    return new HealthWatch.Lap(SECOND, (long) (cpuShare * SECOND), 0L, 0, 2, 10, 7);
  }

  @Test
  void aClosedLoopWasTheLimitIfItsThreadWasBusyInAnyPhase() {
    GeneratorHealth calmOnly = HealthWatch.closedLoop(List.of(lap(0.97), lap(0.10)));

    assertThat(calmOnly.saturated()).isTrue();
    assertThat(calmOnly.cpuShare()).isEqualTo(0.535);
    assertThat(calmOnly.verdict())
        .isEqualTo(
            "the generator's thread used 97% of a core in its busiest phase, so it was the limit:"
                + " at least 95%");
    assertThat(calmOnly.gcPauses()).isEqualTo(4);
    assertThat(calmOnly.gcMillis()).isEqualTo(20);
    assertThat(calmOnly.longestGcMillis()).isEqualTo(7);
  }

  @Test
  void aClosedLoopBelowTheRuleKeptUp() {
    GeneratorHealth health = HealthWatch.closedLoop(List.of(lap(0.42)));

    assertThat(health.saturated()).isFalse();
    assertThat(health.verdict())
        .isEqualTo("the generator's thread used 42% of a core, so it kept up: below 95%");
    assertThat(health.lateSendP99Micros()).isNull();
  }

  @Test
  void waitingForAProcessorAndComingLateAreSaid() {
    GeneratorHealth health =
        HealthWatch.closedLoop(
            List.of(new HealthWatch.Lap(SECOND, SECOND / 2, SECOND / 10, 20_000_000, 0, 0, 0)));

    assertThat(health.verdict())
        .endsWith("; it waited for a processor 10% of the time; once it was 20 ms late");
    assertThat(health.cpuWaitShare()).isEqualTo(0.1);
    assertThat(health.longestAbsenceMillis()).isEqualTo(20);
  }

  @Test
  void anOpenLoopWasTheLimitIfItsSendsWereLate() {
    var late = Timeline.histogram(3);
    late.recordValueWithCount(100_000, 98);
    late.recordValueWithCount(900_000, 2);

    GeneratorHealth health = HealthWatch.openLoop(lap(0.2), late);

    assertThat(health.saturated()).isTrue();
    assertThat(health.verdict()).contains("(limit 500)").endsWith("so it was the limit");
  }

  @Test
  void anOpenLoopWasTheLimitIfItNeverRestedThoughNoSendCouldBeLate() {
    var starved = new HealthWatch.Lap(SECOND, SECOND / 4, SECOND * 3 / 4, 0, 0, 0, 0);

    assertThat(HealthWatch.openLoop(starved, Timeline.histogram(3)).saturated()).isTrue();
  }

  @Test
  void anOpenLoopThatSendsInTimeAndRestsKeptUp() {
    var late = Timeline.histogram(3);
    late.recordValueWithCount(100_000, 99);
    late.recordValueWithCount(900_000, 1);

    GeneratorHealth health = HealthWatch.openLoop(lap(0.9), late);

    assertThat(health.saturated()).isFalse();
    assertThat(health.lateSendP99Micros()).isBetween(100.0, 101.0);
  }

  @Test
  void aCollectionIsCounted() {
    try (var watch = new HealthWatch()) {
      System.gc();

      // The JVM's notification thread tells of it by and by.
      HealthWatch.Lap[] sum = {watch.lap()};
      await()
          .pollInSameThread()
          .until(() -> {
            sum[0] = sum[0].plus(watch.lap());
            return sum[0].pauses() > 0;
          });
      assertThat(sum[0].cpuNanos()).isPositive();
    }
  }
}
