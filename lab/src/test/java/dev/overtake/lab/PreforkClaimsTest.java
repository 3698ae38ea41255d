// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overtake.report.Verdict.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

class PreforkClaimsTest {
  private static final Variant SEQUENTIAL = Variant.ours(List.of("overtake"), "sequential");
  private static final Variant OVERTAKE = Variant.ours(List.of("overtake"), "overtake");

  private final Trials<PreforkExperiment.Round> trials =
      new Trials<>(List.of(SEQUENTIAL, OVERTAKE));

  @Test
  void lockOutIsToldByANewClientThatIsNeverAnswered() {
    trials.row(SEQUENTIAL).add(round(level(0, 9_000), level(7, 400), lockedOut(8, 0.002)));

    assertThat(claim("oursIsLockedOut").outcome()).isEqualTo(Outcome.HOLDS);
    assertThat(claim("oursServesWhileOneIsFree").sentence())
        .isEqualTo("Java sequential gave 400/s beside 7 hogs.");
    assertThat(claim("oursRecovers").outcome()).isEqualTo(Outcome.HOLDS);
    assertThat(claim("overtakeIsNotLockedOut").outcome()).isEqualTo(Outcome.UNKNOWN);
  }

  @Test
  void whoeverIsServedIsNotLockedOut() {
    trials.row(SEQUENTIAL).add(round(level(0, 9_000), level(7, 400), level(8, 3)));
    trials.row(OVERTAKE).add(round(level(0, 10_000), level(7, 1), level(8, 1), level(64, 8_000)));

    assertThat(claim("oursIsLockedOut").outcome()).isEqualTo(Outcome.DIFFERS);
    assertThat(claim("oursRecovers").outcome()).isEqualTo(Outcome.UNKNOWN);
    Claim overtake = claim("overtakeIsNotLockedOut");
    assertThat(overtake.outcome()).isEqualTo(Outcome.HOLDS);
    assertThat(overtake.sentence()).isEqualTo("Java overtake gave 8,000/s beside 64 hogs.");
  }

  private Claim claim(String id) {
    return PreforkExperiment.claims(trials).stream()
        .filter(claim -> claim.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private static PreforkExperiment.Round round(PreforkExperiment.Level... levels) {
    return new PreforkExperiment.Round(List.of(levels));
  }

  private static PreforkExperiment.Level level(int hogs, double rate) {
    return new PreforkExperiment.Level(hogs, 30, rate, false, Double.NaN);
  }

  private static PreforkExperiment.Level lockedOut(int hogs, double recoverySeconds) {
    return new PreforkExperiment.Level(hogs, 30, 0, true, recoverySeconds);
  }
}
