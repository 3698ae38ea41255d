// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overtake.lab.IntervalExperiment.Seen;
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
    Trials<Seen> trials = new Trials<>(List.of(GIL, CPYTHON));
    trials.row(GIL).add(seen(10_000, gilLoaded));
    trials.row(CPYTHON).add(seen(10_000, cpythonLoaded));
    settings.add(
        new Setting(millis / 1e3, Optional.of(trials.row(GIL)), Optional.of(trials.row(CPYTHON))));
  }

  private static Seen seen(double calmRate, double loadedRate) {
    Failures none = new Failures(0, 0, 0, 0, 0, 0, null, null);
    var health = new GeneratorHealth(1, 0.4, null, 0, 0, 0, 0, null, false, "as the test says");
    var figures = new Perf2.Phase(calmRate, 0, 0, 0, 0, 0, 0, (long) calmRate);
    var calm = new Perf2.PhaseRun("calm", 1, figures, new Histogram(3), 0, 1, health);
    var result = new Perf2.Result(1, 1, 40, figures, null, null, null, List.of());
    var run =
        new Perf2.Run(result, Instant.EPOCH, null, calm, null, null, null, List.of(), none, health);
    return new Seen(run, calmRate, loadedRate);
  }
}
