// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overtake.load.Interference;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class ProbeFiguresTest {
  private static final Histogram CALM = Measured.between(1, 1.1, 1_000);

  @Test
  void aGeneratorThatIsLateIsTheLimitWhereItsLatenessMatters() {
    Histogram quick = Measured.between(1, 2, 1_000);
    Histogram slow = Measured.between(50, 100, 1_000);

    assertThat(limited(quick, 900, 0.1)).isTrue();
    assertThat(limited(slow, 900, 0.1)).isFalse();
    assertThat(limited(quick, 400, 0.1)).isFalse();
    assertThat(limited(slow, 10, 0.96)).isTrue();
  }

  private static boolean limited(Histogram latencies, double lateMicros, double cpuShare) {
    return ProbeFigures.limited(
        Measured.shorts(latencies, 1, 1_000, Measured.health(lateMicros, cpuShare, true)));
  }

  private static ProbeFigures figures(Histogram beside, Interference.LongRun longRun) {
    ProbeOptions options = ProbeTest.options(List.of());
    return ProbeFigures.of(
        new Interference.Run(
            java.time.Instant.EPOCH,
            List.of(
                Measured.level(0, CALM, Measured.longRun(), null),
                Measured.level(1, beside, longRun, 0.0)),
            Map.of("status 404", 7L)),
        options);
  }

  @Test
  void theVerdictSaysWhetherShortRequestsOvertakeOrWaitOrStop() {
    assertThat(figures(Measured.between(1, 2, 1_000), Measured.longRun(300)).verdict())
        .startsWith("Short requests overtake long ones: beside 1 long request 100 %");
    assertThat(figures(Measured.between(1, 60, 1_000), Measured.longRun(300)).verdict())
        .startsWith("Long requests slow short ones down")
        .contains("p99 is 59");
    assertThat(figures(Measured.between(1, 300, 100), Measured.longRun(300)).verdict())
        .startsWith("Long requests stop short ones: beside 1 long request 10 % of the rate");
  }

  @Test
  void longRequestsThatAllFailedAreNoInterference() {
    Interference.LongRun none = new Interference.LongRun(0, 7, 0, new Histogram(3), 0);

    assertThat(figures(CALM, none).noLongRequest()).contains("status 404 (7)");
    assertThat(figures(CALM, none).verdict()).startsWith("Nothing to see");
  }
}
