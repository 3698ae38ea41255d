// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overtake.lab.IntervalExperiment.Setting;
import dev.overtake.load.Failures;
import dev.overtake.load.GeneratorHealth;
import dev.overtake.load.Perf2;
import dev.overtake.report.Verdict.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class IntervalClaimsTest {
  private static final Variant CPYTHON = Variant.cpython(List.of("python3"), "threads");
  private static final Variant GIL = Variant.ours(List.of("overtake"), "gil");

  private final List<Setting> settings = new ArrayList<>();

  @Test
  void serversThatKeepAlikeFollowEachOther() {
    setting(0.5, 1_000, 700);
    setting(5, 200, 150);

    Claim claim = claim("gilFollowsCpython");

    assertThat(claim.outcome()).isEqualTo(Outcome.HOLDS);
    assertThat(claim.sentence())
        .isEqualTo(
            "Of their calm rates gil and CPython kept 10 % and 7 % at 500 µs, "
                + "2 % and 1.5 % at 5 ms: at most 1.43× apart.");
  }

  @Test
  void oneIntervalApartIsEnoughToDiffer() {
    setting(0.5, 1_000, 1_000);
    setting(5, 100, 200);

    assertThat(claim("gilFollowsCpython").outcome()).isEqualTo(Outcome.DIFFERS);
    assertThat(claim("gilFollowsCpython").measured()).isEqualTo(2);
  }

  @Test
  void requestWaitsForOneIntervalOrTwo() {
    setting(5, 0, 100);

    Claim claim = claim("waitsForTheInterval");

    assertThat(claim.outcome()).isEqualTo(Outcome.HOLDS);
    assertThat(claim.measured()).isEqualTo(2);
    assertThat(claim.sentence())
        .isEqualTo(
            "CPython answered 100/s beside a hog, 2 intervals for each, 1× the article's 2.");
  }

  @Test
  void requestThatDoesNotWaitDiffers() {
    setting(5, 0, 10_000);

    assertThat(claim("waitsForTheInterval").outcome()).isEqualTo(Outcome.DIFFERS);
  }

  @Test
  void whatIsMissingIsUnknown() {
    settings.add(new Setting(0.005, Optional.empty(), Optional.empty()));

    assertThat(claim("gilFollowsCpython").sentence())
        .isEqualTo("There is nothing to compare at 5 ms.");
    assertThat(claim("waitsForTheInterval").outcome()).isEqualTo(Outcome.UNKNOWN);
  }

  @Test
  void eachServerIsToldItsInterval() {
    assertThat(IntervalExperiment.at(0.5, GIL).serve("fib"))
        .containsSubsequence("serve", "fib", "--model", "gil:0.5ms");
    assertThat(IntervalExperiment.at(0.5, CPYTHON).serve("fib"))
        .containsSubsequence("--switch-interval", "5.0E-4", "fib", "--model", "threads");
  }

  private Claim claim(String id) {
    return IntervalExperiment.claims(settings).stream()
        .filter(claim -> claim.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  /** Both have 10,000 short requests a second when calm. */
  private void setting(double millis, double gilLoaded, double cpythonLoaded) {
    Trials<HogTrials.Round> trials = new Trials<>(List.of(GIL, CPYTHON));
    trials.row(GIL).add(round(phase(10_000), phase(gilLoaded)));
    trials.row(CPYTHON).add(round(phase(10_000), phase(cpythonLoaded)));
    settings.add(
        new Setting(millis / 1e3, Optional.of(trials.row(GIL)), Optional.of(trials.row(CPYTHON))));
  }

  private static HogTrials.Round round(Perf2.PhaseRun calm, Perf2.PhaseRun loaded) {
    Failures none = new Failures(0, 0, 0, 0, 0, 0, null, null);
    var hogs = new Perf2.HogRun(1, 1, new Histogram(3), none);
    var result =
        new Perf2.Result(1, 1, 40, calm.figures(), loaded.figures(), null, null, List.of());
    GeneratorHealth health = calm.health().saturated() ? calm.health() : loaded.health();
    var run =
        new Perf2.Run(
            result, Instant.EPOCH, null, calm, loaded, calm, hogs, List.of(), none, health);
    return new HogTrials.Round(run, 40, 1, 1);
  }

  private static Perf2.PhaseRun phase(double rate) {
    return phase(rate, false);
  }

  private static Perf2.PhaseRun phase(double rate, boolean saturated) {
    var figures = new Perf2.Phase(rate, 0, 0, 0, 0, 0, 0, (long) rate);
    var health = new GeneratorHealth(1, 0.4, null, 0, 0, 0, 0, null, saturated, "as the test says");
    return new Perf2.PhaseRun("phase", 1, figures, new Histogram(3), 0, 1, health);
  }
}
