// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overtake.report.Verdict.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

class SocketsClaimsTest {
  private static final Variant OVERTAKE = Variant.ours(List.of("overtake"), "overtake");

  private final Trials<SocketsExperiment.Held> alone = new Trials<>(List.of(OVERTAKE));
  private final Trials<SocketsExperiment.Held> together = new Trials<>(List.of(OVERTAKE));

  @Test
  void allThatFilesAllowAreAll() {
    alone.row(OVERTAKE).add(held(20_000, 19_820, 0.001));
    together.row(OVERTAKE).add(held(30_000, 30_000, 0.002));

    assertThat(SocketsExperiment.claims(alone, together))
        .extracting(Claim::outcome)
        .containsOnly(Outcome.HOLDS);
  }

  @Test
  void fewerOrLaterIsADifference() {
    alone.row(OVERTAKE).add(held(20_000, 12_000, 0.001));
    together.row(OVERTAKE).add(held(30_000, 29_990, 2));

    assertThat(SocketsExperiment.claims(alone, together))
        .extracting(Claim::outcome)
        .containsOnly(Outcome.DIFFERS);
  }

  private static SocketsExperiment.Held held(int wanted, int held, double p99Seconds) {
    return new SocketsExperiment.Held(
        wanted, held, null, 8_000, 1_000, p99Seconds / 2, p99Seconds, 1_000, 0);
  }
}
