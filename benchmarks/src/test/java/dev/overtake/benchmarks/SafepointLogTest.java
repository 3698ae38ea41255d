// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.overtake.lab.Placement;
import dev.overtake.lab.ServerProcess;
import dev.overtake.lab.Stage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafepointLogTest {
  private static final List<String> LINES =
      List.of(
          "[2026-11-22T13:48:18.150+0000] Safepoint \"G1CollectForAllocation\", Time since last:"
              + " 623949082 ns, Reaching safepoint: 500000 ns, At safepoint: 1490000 ns, Leaving"
              + " safepoint: 10000 ns, Total: 2000000 ns, Threads: 0 runnable, 10 total",
          "[2026-11-22T13:48:18.152+0000] something else",
          "[2026-11-22T13:48:19.000+0000] Safepoint \"ICBufferFull\", Time since last: 1 ns,"
              + " Reaching safepoint: 4000000 ns, At safepoint: 1 ns, Leaving safepoint: 1 ns,"
              + " Total: 6000000 ns, Threads: 2 runnable, 12 total");

  @Test
  void pausesAreReadWithTheTimeToStopAllThreads() {
    SafepointLog log = SafepointLog.parse(LINES);

    assertThat(log.pauses()).hasSize(2);
    assertThat(log.millis().getAverage()).isEqualTo(4);
    assertThat(log.millis().getMax()).isEqualTo(6);
    assertThat(log.reachingMillis().getMax()).isEqualTo(4);
  }

  @Test
  void onlyPausesOfTheAskedTimeCount() {
    SafepointLog log =
        SafepointLog.parse(LINES)
            .between(
                Instant.parse("2026-11-22T13:48:18.5Z"), Instant.parse("2026-11-22T13:48:19.5Z"));

    assertThat(log.millis().getSum()).isEqualTo(6);
  }

  @Test
  void serverMakesPausesAndWritesThemAsTheyAreRead(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("safepoints.log");
    Plan plan =
        new Plan(
            1,
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            List.of(),
            List.of("-XX:+UseSerialGC", "-Xmn4m"));
    try (Stage stage = Stage.open(Placement.SHARED);
        ServerProcess server =
            new Bench(stage, plan)
                .start("bare", List.of(SafepointLog.flag(file)), List.of("200"))) {
      await().until(() -> Files.readString(file).lines().count() > 10);
      assertThat(server.alive()).isTrue();
    }

    assertThat(SafepointLog.read(file).pauses()).hasSizeGreaterThan(9);
  }
}
