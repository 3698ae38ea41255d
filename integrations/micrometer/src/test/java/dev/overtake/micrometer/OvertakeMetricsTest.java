// SPDX-License-Identifier: Apache-2.0
package dev.overtake.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.overtake.scheduler.Scheduler;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

final class OvertakeMetricsTest {
  private final MeterRegistry registry = new SimpleMeterRegistry();

  @Test
  void metersFollowTheFigures() throws InterruptedException {
    try (Scheduler scheduler = Scheduler.builder().name("library").eventLoops(1).build()) {
      new OvertakeMetrics(scheduler).bindTo(registry);
      assertThat(gauge("overtake.event.loops")).isEqualTo(1);
      assertThat(gauge("overtake.threads")).isZero();
      assertThat(gauge("executor.pool.core")).isEqualTo(1);

      AtomicBoolean released = new AtomicBoolean();
      Thread hog =
          scheduler.newThread(
              "hog",
              () -> {
                while (!released.get()) {
                  Thread.onSpinWait();
                }
              });
      hog.start();
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> gauge("overtake.carriers.overstaying") == 1);
      // One that first waited, for a class say, was blocked when its loop was handed off.
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> handoffs("computing") + handoffs("blocked") >= 1);
      assertThat(gauge("overtake.threads")).isEqualTo(1);
      assertThat(gauge("executor.active")).isEqualTo(1);
      assertThat(gauge("overtake.carriers")).isEqualTo(gauge("executor.pool.size"));
      assertThat(registry.get("overtake.slices").functionCounter().count()).isPositive();
      assertThat(registry.get("overtake.stall.longest").timeGauge().value(TimeUnit.SECONDS))
          .isBetween(1e-9, 60.0);

      released.set(true);
      hog.join();
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> gauge("overtake.carriers.overstaying") == 0);
    }
    assertThat(gauge("overtake.threads")).isZero();
  }

  @Test
  void everyMeterHasTheNameAndTheTagsItWasGiven() {
    try (Scheduler one = Scheduler.builder().name("one").build();
        Scheduler other = Scheduler.builder().name("other").build()) {
      new OvertakeMetrics(one, Tags.of("region", "north")).bindTo(registry);
      new OvertakeMetrics(other, Tags.of("region", "south")).bindTo(registry);
      assertThat(registry.getMeters())
          .extracting(Meter::getId)
          .allSatisfy(id -> assertThat(id.getTag("name")).isIn("one", "other"))
          .allSatisfy(id -> assertThat(id.getTag("region")).isIn("north", "south"))
          .allSatisfy(id -> assertThat(id.getDescription()).isNotBlank());
      assertThat(registry.find("overtake.handoffs").functionCounters()).hasSize(4);
    }
  }

  private double gauge(String name) {
    return registry.get(name).gauge().value();
  }

  private double handoffs(String cause) {
    return registry.get("overtake.handoffs").tag("cause", cause).functionCounter().count();
  }
}
