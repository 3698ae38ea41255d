// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.load.GeneratorHealth;
import dev.overtake.load.LatencyFigures;
import dev.overtake.load.OpenLoop;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * A mix offered to a server at one load, and whether the short requests were quick enough.
 *
 * @param load offered, as a share of the capacity
 * @param plannedPerSecond the same in requests
 * @param seconds how long
 * @param answeredShare of the requests that were planned
 * @param workShare answered, of the CPU time that all planned ones need
 * @param kinds of request, in the order of the mix
 * @param failures requests that failed, and connections
 * @param health whether the generator kept up
 * @param outcome whether it counts as held
 * @param why the outcome in words
 */
record MixPoint(
    double load,
    double plannedPerSecond,
    double seconds,
    double answeredShare,
    double workShare,
    List<KindFigures> kinds,
    long failures,
    GeneratorHealth health,
    Outcome outcome,
    String why) {
  /** The most that 99.9 % of the shortest kind may be slowed down. */
  static final double LIMIT = 50;

  /** With fewer samples the 99.9th percentile is the slowest of them, and chance. */
  static final int LEAST_SAMPLES = 1_000;

  /** Who answers less than this is overloaded, however quick the answers were. */
  static final double LEAST_ANSWERED = 0.98;

  /** The same of the work, so that nobody holds a load by leaving the long requests undone. */
  static final double LEAST_WORK = 0.9;

  /** Whether a load was held. */
  enum Outcome {
    HELD,
    MISSED,
    /** Nothing speaks against it, but there are too few samples to say so. */
    TOO_FEW,
    /** The figures are the generator's. */
    INVALID
  }

  /**
   * One kind of request. A slowdown is the time from the planned moment to the answer ÷ the CPU
   * time that the request needs; it is NaN where there are too few samples for its percentile.
   *
   * @param name what it is called
   * @param serviceMillis the CPU time it needs
   * @param planned how many were to be sent
   * @param answered how many were answered
   * @param samples how many slowdowns there are, those of the long unanswered included
   * @param p50 median slowdown
   * @param p99 99th percentile
   * @param p999 99.9th percentile
   * @param slowest the largest
   * @param late how many were slowed down by more than the limit
   */
  record KindFigures(
      String name,
      double serviceMillis,
      long planned,
      long answered,
      long samples,
      double p50,
      double p99,
      double p999,
      double slowest,
      long late) {
    static KindFigures of(Mix.Kind kind, OpenLoop.ClassResult result, Histogram response) {
      double serviceNanos = kind.millis() * 1e6;
      long samples = response.getTotalCount();
      long inTime = response.getCountBetweenValues(0, Math.round(LIMIT * serviceNanos));
      return new KindFigures(
          kind.name(),
          kind.millis(),
          result.planned(),
          result.answered(),
          samples,
          percentile(response, 50) / serviceNanos,
          percentile(response, 99) / serviceNanos,
          percentile(response, 99.9) / serviceNanos,
          samples == 0 ? Double.NaN : response.getMaxValue() / serviceNanos,
          samples - inTime);
    }

    private static double percentile(Histogram nanos, double percentile) {
      return LatencyFigures.anyBeyond(percentile, nanos.getTotalCount())
          ? nanos.getValueAtPercentile(percentile)
          : Double.NaN;
    }

    /** Whether there cannot be a thousandth or less of them that is late, whatever comes. */
    boolean tooLate() {
      return late > Math.max(samples, LEAST_SAMPLES) / 1e3;
    }

    /** The slowdown that decides, or what there is instead. */
    String inWords() {
      return Double.isNaN(p999)
          ? "%d of %d above %s".formatted(late, samples, Wording.times(LIMIT))
          : "p99.9 %s".formatted(Wording.times(p999));
    }
  }

  static MixPoint of(Mix mix, double load, OpenLoop.Run run) {
    List<KindFigures> kinds = new ArrayList<>();
    double plannedMillis = 0;
    double answeredMillis = 0;
    long planned = 0;
    long answered = 0;
    for (int i = 0; i < mix.kinds().size(); i++) {
      OpenLoop.ClassResult result = run.result().classes().get(i);
      Mix.Kind kind = mix.kinds().get(i);
      kinds.add(KindFigures.of(kind, result, run.classes().get(i).response()));
      planned += result.planned();
      answered += result.answered();
      plannedMillis += result.planned() * kind.millis();
      answeredMillis += result.answered() * kind.millis();
    }
    KindFigures shortest = kinds.get(mix.kinds().indexOf(mix.shortest()));
    double answeredShare = (double) answered / Math.max(1, planned);
    double workShare = answeredMillis / Math.max(Double.MIN_NORMAL, plannedMillis);
    Outcome outcome = outcome(shortest, answeredShare, workShare, run.health());
    return new MixPoint(
        load,
        run.result().targetPerSecond(),
        run.result().seconds(),
        answeredShare,
        workShare,
        kinds,
        run.failures().total(),
        run.health(),
        outcome,
        why(outcome, shortest, answeredShare, workShare, run.health()));
  }

  private static Outcome outcome(
      KindFigures shortest, double answeredShare, double workShare, GeneratorHealth health) {
    if (health.saturated()) {
      return Outcome.INVALID;
    }
    if (shortest.tooLate()) {
      return Outcome.MISSED;
    }
    // Before there are enough samples the odd one that is just being answered weighs too much.
    if (shortest.samples < LEAST_SAMPLES) {
      return Outcome.TOO_FEW;
    }
    return answeredShare < LEAST_ANSWERED || workShare < LEAST_WORK ? Outcome.MISSED : Outcome.HELD;
  }

  private static String why(
      Outcome outcome,
      KindFigures shortest,
      double answeredShare,
      double workShare,
      GeneratorHealth health) {
    return switch (outcome) {
      case INVALID -> health.verdict();
      case MISSED ->
          shortest.tooLate()
              ? shortest.inWords()
              : "%s of the requests answered, %s of the work"
                  .formatted(Wording.percent(answeredShare), Wording.percent(workShare));
      case HELD, TOO_FEW -> shortest.inWords();
    };
  }

  /** The figures of one of the mix's kinds. */
  KindFigures of(Mix.Kind kind) {
    return kinds.stream()
        .filter(figures -> figures.name().equals(kind.name()))
        .findFirst()
        .orElseThrow();
  }
}
