// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overtake.load.Failures;
import dev.overtake.load.GeneratorHealth;
import dev.overtake.load.Perf2;
import dev.overtake.report.Verdict.Outcome;
import java.time.Instant;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class Perf2ClaimsTest {
  private static final Variant CPYTHON = Variant.cpython(List.of("python3"), "threads");
  private static final Variant THREADS = Variant.ours(List.of("overtake"), "threads");
  private static final Variant VIRTUAL = Variant.ours(List.of("overtake"), "virtual");

  private final Trials<HogTrials.Round> trials = new Trials<>(List.of(CPYTHON, THREADS, VIRTUAL));

  @Test
  void sentenceIsMadeOfTheFigures() {
    trials.row(CPYTHON).add(round(phase(20_000), phase(100)));
    trials.row(CPYTHON).add(round(phase(20_000), phase(200)));
    trials.row(CPYTHON).add(round(phase(20_000), phase(300)));

    Claim claim = claim("cpythonStarves");

    assertThat(claim.outcome()).isEqualTo(Outcome.HOLDS);
    assertThat(claim.measured()).isEqualTo(0.01);
    assertThat(claim.sentence())
        .isEqualTo(
            "CPython threads gave 20,000/s calm and 200/s beside 1 hog, a retention of 1 % "
                + "(0.5 % – 1.5 %), 2.19× the article's 0.457 %.");
    assertThat(claim.verdict().sentence()).endsWith(" Holds if retention is below 35 %.");
  }

  @Test
  void otherFiguresGiveTheOtherVerdict() {
    trials.row(CPYTHON).add(round(phase(20_000), phase(19_000)));
    trials.row(THREADS).add(round(phase(20_000), phase(1_000)));
    trials.row(VIRTUAL).add(round(phase(20_000), phase(0)));

    assertThat(claim("cpythonStarves").outcome()).isEqualTo(Outcome.DIFFERS);
    assertThat(claim("javaThreadsKeep").outcome()).isEqualTo(Outcome.DIFFERS);
    assertThat(claim("virtualThreadsStopBeside1").outcome()).isEqualTo(Outcome.HOLDS);
  }

  @Test
  void whatIsMissingIsUnknownAndSaysWhy() {
    trials.row(CPYTHON).failed("no python3 here");
    trials.row(THREADS).add(round(phase(0), phase(0)));

    assertThat(claim("cpythonStarves").outcome()).isEqualTo(Outcome.UNKNOWN);
    assertThat(claim("cpythonStarves").sentence())
        .isEqualTo("CPython threads could not be measured: no python3 here.");
    assertThat(claim("javaThreadsKeep").sentence())
        .isEqualTo("Java threads could not be measured: no answer even when calm.");
    assertThat(claim("overtakeKeepsBeside1").sentence()).isEqualTo("overtake was left out.");
  }

  @Test
  void figureThatTheGeneratorLimitedJudgesNothing() {
    trials.row(THREADS).add(round(limited(20_000), phase(19_000)));
    trials.row(VIRTUAL).add(round(phase(20_000), limited(100)));

    Claim threads = claim("javaThreadsKeep");

    assertThat(threads.outcome()).isEqualTo(Outcome.UNKNOWN);
    assertThat(threads.basis()).isEqualTo(Claim.Basis.GENERATOR_LIMITED);
    assertThat(threads.sentence()).endsWith(", but the generator was the limit.");
    assertThat(claim("virtualThreadsStopBeside1").outcome()).isEqualTo(Outcome.UNKNOWN);
  }

  @Test
  void serverThatCouldHaveDoneMoreWhenCalmRetainsLess() {
    trials.row(VIRTUAL).add(round(limited(20_000), phase(0)));

    Claim claim = claim("virtualThreadsStopBeside1");

    assertThat(claim.outcome()).isEqualTo(Outcome.HOLDS);
    assertThat(claim.sentence()).endsWith("0 % at most, for the generator was calm's limit.");
  }

  @Test
  void roundsThatDisagreeDecideNothing() {
    trials.row(THREADS).add(round(phase(20_000), phase(1_000)));
    trials.row(THREADS).add(round(phase(20_000), phase(19_000)));
    trials.row(THREADS).add(round(phase(20_000), phase(18_000)));

    Claim claim = claim("javaThreadsKeep");

    assertThat(claim.outcome()).isEqualTo(Outcome.UNKNOWN);
    assertThat(claim.sentence()).endsWith("90 % (5 % – 95 %): the rounds disagree.");
  }

  @Test
  void hogsThatLeaveACoreFreeStopNobody() {
    assertThat(claims(2)).noneMatch(claim -> claim.id().startsWith("virtualThreadsStop"));
  }

  private Claim claim(String id) {
    return claims(1).stream().filter(claim -> claim.id().equals(id)).findFirst().orElseThrow();
  }

  private List<Claim> claims(int serverCores) {
    HogTrials.Phases phases = HogTrials.Phases.ofMillis(100, 1_000, 1_000, 1_000);
    return Perf2Experiment.claims(
        serverCores, List.of(new HogTrials(Article.PERF2_LOAD, phases, trials)));
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

  private static Perf2.PhaseRun limited(double rate) {
    return phase(rate, true);
  }

  private static Perf2.PhaseRun phase(double rate, boolean saturated) {
    var figures = new Perf2.Phase(rate, 0, 0, 0, 0, 0, 0, (long) rate);
    var health = new GeneratorHealth(1, 0.4, null, 0, 0, 0, 0, null, saturated, "as the test says");
    return new Perf2.PhaseRun("phase", 1, figures, new Histogram(3), 0, 1, health);
  }
}
