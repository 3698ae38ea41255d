// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.load.GeneratorHealth;
import dev.overtake.load.Interference;
import dev.overtake.load.LatencyFigures;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What the probe measured, and what follows from it.
 *
 * @param perSecond how many short requests were planned
 * @param levels by number of long requests, 0 first
 * @param quantum as seen from outside
 * @param invalid why the figures do not tell about the server; empty if they do
 * @param noLongRequest why there was nothing to interfere; empty if there was
 */
record ProbeFigures(
    double perSecond,
    List<Level> levels,
    EffectiveQuantum quantum,
    List<String> invalid,
    String noLongRequest) {
  private static final double LATE_MICROS = 500;
  private static final double LATE_PART = 0.25;
  private static final double RESTLESS = 0.95;
  private static final double STOPPED = 0.5;
  private static final double KEPT = 0.9;
  private static final double SLOWER = 10;
  private static final double SLOWER_BY_SECONDS = 0.01;

  /**
   * One number of long requests.
   *
   * @param longOnes that number
   * @param rate short ones answered per second, of those planned
   * @param retention the same ÷ that of level 0; NaN if that is 0
   * @param closedRate short ones answered per second, back to back
   * @param closedRetention the same ÷ that of level 0
   * @param measured everything else
   */
  record Level(
      int longOnes,
      double rate,
      double retention,
      double closedRate,
      double closedRetention,
      Interference.Level measured) {
    /** NaN where there are too few samples for it. */
    double responseSeconds(double percentile) {
      return seconds(measured.open().response(), percentile);
    }

    double serviceSeconds(double percentile) {
      return seconds(measured.open().service(), percentile);
    }

    double worstSeconds() {
      Histogram response = measured.open().response();
      return response.getTotalCount() == 0 ? Double.NaN : response.getMaxValue() / 1e9;
    }

    private static double seconds(Histogram histogram, double percentile) {
      return LatencyFigures.enoughFor(percentile, histogram.getTotalCount())
          ? histogram.getValueAtPercentile(percentile) / 1e9
          : Double.NaN;
    }
  }

  static ProbeFigures of(Interference.Run run, ProbeOptions options) {
    List<Level> levels = new ArrayList<>();
    Interference.Level calm = run.levels().getFirst();
    for (Interference.Level level : run.levels()) {
      double rate = rate(level.open());
      double closed = rate(level.closed());
      levels.add(
          new Level(
              level.longOnes(),
              rate,
              rate / rate(calm.open()),
              closed,
              closed / rate(calm.closed()),
              level));
    }
    boolean closedMatters =
        options.expectations().stream().anyMatch(Expectation::isAboutClosedLoop);
    return new ProbeFigures(
        options.load().perSecond(),
        List.copyOf(levels),
        EffectiveQuantum.of(run.levels()),
        invalid(run.levels(), closedMatters),
        noLongRequest(run));
  }

  private static double rate(Interference.ShortRun run) {
    return run.ok() / run.seconds();
  }

  private static List<String> invalid(List<Interference.Level> levels, boolean closedMatters) {
    List<String> reasons = new ArrayList<>();
    for (Interference.Level level : levels) {
      String beside = "beside " + Wording.count(level.longOnes(), "long request");
      if (limited(level.open())) {
        reasons.add(beside + ", open loop: " + level.open().health().verdict());
      }
      if (level.open().dropped() > 0) {
        reasons.add(
            "%s, open loop: the generator's queue was full, %d requests were never sent"
                .formatted(beside, level.open().dropped()));
      }
      if (closedMatters && level.closed().health().saturated()) {
        reasons.add(beside + ", closed loop: " + level.closed().health().verdict());
      }
    }
    return List.copyOf(reasons);
  }

  /**
   * Late by half a millisecond is the generator's limit where that is what is measured; it is no
   * matter where the server takes long anyway. Decision 0126.
   */
  static boolean limited(Interference.ShortRun open) {
    GeneratorHealth health = open.health();
    Double wait = health.cpuWaitShare();
    Double late = health.lateSendP99Micros();
    double p99 = open.response().getValueAtPercentile(99) / 1e3;
    return health.cpuShare() + (wait == null ? 0 : wait) >= RESTLESS
        || (late != null && late > LATE_MICROS && late > LATE_PART * p99);
  }

  private static String noLongRequest(Interference.Run run) {
    List<Interference.LongRun> all =
        run.levels().stream().skip(1).map(Interference.Level::longRun).toList();
    boolean any = all.stream().anyMatch(longRun -> longRun.ok() > 0 || longRun.withdrawn() > 0);
    return any ? "" : "every long request failed: " + inWords(run.reasons()) + "; check --long";
  }

  static String inWords(Map<String, Long> reasons) {
    List<String> words = new ArrayList<>();
    reasons.forEach((reason, count) -> words.add(reason + " (" + count + ")"));
    return words.isEmpty() ? "no reason known" : String.join(", ", words);
  }

  /** Where the short ones suffered most. */
  Level worst() {
    Level worst = levels.get(1);
    for (Level level : levels.subList(2, levels.size())) {
      if (level.retention() < worst.retention() - 0.05
          || (level.retention() < worst.retention() + 0.05
              && level.worstSeconds() > worst.worstSeconds())) {
        worst = level;
      }
    }
    return worst;
  }

  /** What the figures come to. */
  enum Finding {
    OVERTAKE,
    SLOWED,
    STOPPED,
    /** The generator was the limit. */
    INVALID,
    /** No long request ran. */
    NOTHING
  }

  Finding finding() {
    if (!invalid.isEmpty()) {
      return Finding.INVALID;
    }
    if (!noLongRequest.isEmpty()) {
      return Finding.NOTHING;
    }
    Level worst = worst();
    // Not above it rather than below: no number is no retention.
    if (!(worst.retention() >= STOPPED) || quantum.kind() == EffectiveQuantum.Kind.UNTIL_DONE) {
      return Finding.STOPPED;
    }
    boolean slower = tail(worst) > SLOWER * tail(levels.getFirst()) + SLOWER_BY_SECONDS;
    return worst.retention() < KEPT || slower ? Finding.SLOWED : Finding.OVERTAKE;
  }

  String verdict() {
    Level worst = worst();
    String rate =
        "beside %s %s of the rate is left"
            .formatted(
                Wording.count(worst.longOnes(), "long request"),
                Wording.percent(worst.retention()));
    String latency =
        "%s is %s (%s without)"
            .formatted(
                LatencyFigures.enoughFor(99, samples(worst)) ? "p99" : "the slowest answer",
                Wording.seconds(tail(worst)),
                Wording.seconds(tail(levels.getFirst())));
    String stall = Wording.seconds(worst.measured().open().longestStallMillis() / 1e3);
    return switch (finding()) {
      case INVALID ->
          "Invalid: the generator was the limit, so this says nothing about the server.";
      case NOTHING -> "Nothing to see: " + noLongRequest + ".";
      case STOPPED ->
          "Long requests stop short ones: %s, the longest stall is %s, and %s."
              .formatted(rate, stall, latency);
      case SLOWED ->
          "Long requests slow short ones down: %s, %s, and the longest stall is %s."
              .formatted(rate, latency, stall);
      case OVERTAKE -> "Short requests overtake long ones: %s, and %s.".formatted(rate, latency);
    };
  }

  private static long samples(Level level) {
    return level.measured().open().response().getTotalCount();
  }

  private static double tail(Level level) {
    double p99 = level.responseSeconds(99);
    return Double.isNaN(p99) ? level.worstSeconds() : p99;
  }
}
