// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overtake.lab.BimodalExperiment.Outcome;
import dev.overtake.lab.MixCurve.Overload;
import dev.overtake.report.Origin;
import dev.overtake.report.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BimodalClaimsTest {
  private static final Mix MIX = Mix.EXTREME;

  private final Map<String, MixCurve> curves = new LinkedHashMap<>();

  @Test
  void twiceTheLoadOfVirtualThreadsHolds() {
    curves.put("virtual", curve(0.1, 0.2, 0.3));
    curves.put("overtake", curve(0.4, 0.5));

    Claim claim = claim(MIX, "extremeTwiceVirtual");

    assertThat(claim.outcome()).isEqualTo(Verdict.Outcome.HOLDS);
    assertThat(claim.measured()).isEqualTo(4);
    assertThat(claim.sentence()).isEqualTo("extreme: overtake holds 40 %, virtual 10 %.");
  }

  @Test
  void whoMissesTheLowestLoadIsTakenToHoldIt() {
    curves.put("event-loop", missingAll(0.2, 0.3));
    curves.put("overtake", curve(0.3, 0.4));

    Claim claim = claim(MIX, "extremeTwiceEventLoop");

    assertThat(claim.outcome()).isEqualTo(Verdict.Outcome.DIFFERS);
    assertThat(claim.sentence())
        .isEqualTo("extreme: overtake holds 30 %, event-loop less than 20 %.");
  }

  @Test
  void asMuchAsThreadsIsNotAbove() {
    curves.put("threads", curve(0.9));
    curves.put("overtake", curve(0.9));

    assertThat(claim(MIX, "extremeAboveThreads").outcome()).isEqualTo(Verdict.Outcome.DIFFERS);
  }

  @Test
  void overtakeThatHoldsNothingDiffers() {
    curves.put("threads", curve(0.1, 0.2));
    curves.put("overtake", missingAll(0.1, 0.2));

    assertThat(claim(MIX, "extremeAboveThreads").outcome()).isEqualTo(Verdict.Outcome.DIFFERS);
  }

  @Test
  void whoHoldsNothingOnAMachineThatDelaysShortOnesAloneIsUnknown() {
    curves.put("threads", missingAll(0.1, 0.2));
    MixPoint late = MixPoints.missed(MIX.alone(), 0.1);
    curves.put("overtake", new MixCurve(missingAll(0.1, 0.2).points(), null, late));

    Claim claim = claim(MIX, "extremeAboveThreads");

    assertThat(claim.outcome()).isEqualTo(Verdict.Outcome.UNKNOWN);
    assertThat(claim.sentence()).contains("without long requests short ones were late as well");
  }

  @Test
  void whoHoldsNothingThoughShortOnesAloneAreInTimeDiffers() {
    curves.put("threads", curve(0.1, 0.2));
    MixPoint inTime = MixPoints.held(MIX.alone(), 0.1);
    curves.put("overtake", new MixCurve(missingAll(0.1, 0.2).points(), null, inTime));

    assertThat(claim(MIX, "extremeAboveThreads").outcome()).isEqualTo(Verdict.Outcome.DIFFERS);
  }

  @Test
  void whatIsMissingOrTheGeneratorsIsUnknown() {
    curves.put("overtake", curve(0.4));
    assertThat(claim(MIX, "extremeAboveThreads").basis()).isEqualTo(Claim.Basis.MISSING);

    curves.put(
        "threads", new MixCurve(List.of(MixPoints.point(MIX, 0.5, 2_000, 0, 1, true)), null, null));
    assertThat(claim(MIX, "extremeAboveThreads").basis()).isEqualTo(Claim.Basis.GENERATOR_LIMITED);
  }

  @Test
  void threePercentLessThanTheBestIsNextToNothing() {
    curves.put("threads", overloaded(950));
    curves.put("virtual", overloaded(980));
    curves.put("overtake", overloaded(951));

    Claim claim = claim(Mix.FIXED, "fixedLosesNothing");

    assertThat(claim.outcome()).isEqualTo(Verdict.Outcome.HOLDS);
    assertThat(claim.sentence())
        .isEqualTo("fixed: overtake answered 951/s, 97 % of the 980/s of virtual.");
  }

  @Test
  void fourPercentLessDiffers() {
    curves.put("virtual", overloaded(980));
    curves.put("overtake", overloaded(940));

    assertThat(claim(Mix.EXP, "expLosesNothing").outcome()).isEqualTo(Verdict.Outcome.DIFFERS);
  }

  @Test
  void modelThatFailedHasARowThatSaysWhy() {
    curves.put("overtake", curve(0.4, 0.5));
    Outcome outcome = outcome(MIX);
    Variant broken = Variant.ours(List.of("overtake"), "broken");
    Trials<MixCurve> trials = new Trials<>(List.of(broken));
    trials.row(broken).failed("out of luck");

    var exhibits =
        new BimodalExhibits(
            List.of(outcome, new Outcome(Mix.HIGH, 1, trials)), new Origin("run", "command"));

    assertThat(exhibits.highest().rows().getFirst().toString()).contains("extreme", "40 %");
    assertThat(exhibits.highest().rows().getLast().toString()).contains("high", "out of luck");
    assertThat(exhibits.price().rows()).hasSize(1);
    assertThat(exhibits.overload()).isEmpty();
    assertThat(exhibits.charts()).hasSize(2);
  }

  private Claim claim(Mix mix, String id) {
    return BimodalExperiment.claims(List.of(outcome(mix))).stream()
        .filter(claim -> claim.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private Outcome outcome(Mix mix) {
    Map<Variant, MixCurve> variants = new LinkedHashMap<>();
    curves.forEach((name, curve) -> variants.put(Variant.ours(List.of("overtake"), name), curve));
    Trials<MixCurve> trials = new Trials<>(variants.keySet());
    variants.forEach((variant, curve) -> trials.row(variant).add(curve));
    return new Outcome(mix, 1, trials);
  }

  /** Holds the first load and misses the others. */
  private static MixCurve curve(double held, double... missed) {
    List<MixPoint> points = new ArrayList<>(List.of(MixPoints.held(MIX, held)));
    points.addAll(missingAll(missed).points());
    return new MixCurve(points, null, null);
  }

  private static MixCurve missingAll(double... loads) {
    List<MixPoint> points = new ArrayList<>();
    for (double load : loads) {
      points.add(MixPoints.missed(MIX, load));
    }
    return new MixCurve(points, null, null);
  }

  private static MixCurve overloaded(double answeredPerSecond) {
    return new MixCurve(
        List.of(),
        new Overload(
            1.2, 1_200, List.of(answeredPerSecond), answeredPerSecond, MixPoints.health(false)),
        null);
  }
}
