// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overtake.lab.StallExperiment.Probed;
import dev.overtake.lab.StallExperiment.Seen;
import dev.overtake.report.Verdict.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

class StallClaimsTest {
  private static final Variant CPYTHON = Variant.cpython(List.of("python3"), "threads");
  private static final Variant GIL = Variant.ours(List.of("overtake"), "gil");
  private static final Variant THREADS = Variant.ours(List.of("overtake"), "threads");

  private final Trials<Seen> trials = new Trials<>(List.of(CPYTHON, GIL, THREADS));
  private final Probed without = new Probed(SafepointProbe.Operation.LOOP_WITHOUT_POLLS);
  private final Probed with = new Probed(SafepointProbe.Operation.LOOP_WITH_POLLS);

  @Test
  void silenceToTheEndAndDeafnessAreWhatTheArticleFound() {
    trials.row(CPYTHON).add(new Seen(0.005, 2, 1.9, 4, 3.9));
    trials.row(GIL).add(new Seen(0.005, 2, 1.99, 4, 1.5));
    trials.row(THREADS).add(new Seen(0.005, 2, 0.01, 4, 1.5));

    assertThat(claim("cpythonFallsSilent").outcome()).isEqualTo(Outcome.HOLDS);
    assertThat(claim("cpythonFallsSilent").sentence())
        .isEqualTo("CPython threads was silent for 1.9 s beside a search of 2 s.");
    assertThat(claim("cpythonIgnoresCtrlC").sentence())
        .isEqualTo(
            "CPython threads ended 3.9 s after Ctrl-C, when about 4 s of the search were left.");
    assertThat(claim("javaTakesCtrlC").outcome()).isEqualTo(Outcome.HOLDS);
    assertThat(claim("gilFallsSilent").outcome()).isEqualTo(Outcome.HOLDS);
    assertThat(claim("threadsTalkOn").outcome()).isEqualTo(Outcome.HOLDS);
    assertThat(claim("overtakeTalksOn").sentence()).isEqualTo("overtake was left out.");
  }

  @Test
  void otherFiguresGiveTheOtherVerdict() {
    trials.row(CPYTHON).add(new Seen(0.005, 2, 0.1, 4, 0.1));
    trials.row(THREADS).add(new Seen(0.005, 2, 2, 4, Double.NaN));

    assertThat(claim("cpythonFallsSilent").outcome()).isEqualTo(Outcome.DIFFERS);
    assertThat(claim("cpythonIgnoresCtrlC").outcome()).isEqualTo(Outcome.DIFFERS);
    assertThat(claim("threadsTalkOn").outcome()).isEqualTo(Outcome.DIFFERS);
    assertThat(claim("gilFallsSilent").outcome()).isEqualTo(Outcome.UNKNOWN);
  }

  @Test
  void loopWithoutPollsIsJudgedBesideTheOneWithThem() {
    assertThat(claim("loopsDelaySafepoints").outcome()).isEqualTo(Outcome.UNKNOWN);
    without.rounds().add(new SafepointProbe.Seen(List.of(0.1, 0.2), 0.2));
    with.rounds().add(new SafepointProbe.Seen(List.of(0.001, 0.002), 0.004));

    assertThat(claim("loopsDelaySafepoints").outcome()).isEqualTo(Outcome.HOLDS);
    assertThat(claim("loopsDelaySafepoints").measured()).isEqualTo(100);
  }

  private Claim claim(String id) {
    return StallExperiment.claims(trials, List.of(without, with)).stream()
        .filter(claim -> claim.id().equals(id))
        .findFirst()
        .orElseThrow();
  }
}
