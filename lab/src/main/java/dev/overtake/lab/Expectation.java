// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.load.Interference;
import dev.overtake.load.LatencyFigures;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What must hold for a server, such as {@code retention>=0.9} or {@code p99@2<20ms}. Immutable.
 *
 * <p>Latencies are response times of the open loop. Without {@code @N} it must hold beside every
 * number of long requests; {@code retention}, {@code closed-retention} and {@code recovery} leave
 * out 0, with which they compare.
 */
public final class Expectation {
  private static final Map<String, Double> PERCENTILES =
      Map.of("p50", 50.0, "p90", 90.0, "p99", 99.0, "p99.9", 99.9, "p99.99", 99.99);
  private static final Pattern GRAMMAR =
      Pattern.compile(
          "\\s*([a-z][a-z0-9.-]*)\\s*(?:@\\s*(\\d{1,3}))?\\s*(<=|>=|<|>)\\s*(\\d{1,9}(?:\\.\\d{1,9})?)"
              + "\\s*(us|µs|ms|s|%|/s|\\*\\s*target)?\\s*");
  private static final double MICROS = 1e6;

  private final String text;
  private final Metric metric;
  private final String name;
  private final @Nullable Integer longOnes;
  private final String operator;
  private final double value;
  private final boolean timesTarget;

  private enum Kind {
    TIME,
    SHARE,
    RATE
  }

  private enum Metric {
    PERCENTILE(Kind.TIME),
    MAX(Kind.TIME),
    STALL(Kind.TIME),
    RECOVERY(Kind.TIME),
    RETENTION(Kind.SHARE),
    CLOSED_RETENTION(Kind.SHARE),
    ERRORS(Kind.SHARE),
    RATE(Kind.RATE);

    private final Kind kind;

    Metric(Kind kind) {
      this.kind = kind;
    }

    private static Optional<Metric> named(String name) {
      return Optional.ofNullable(
          switch (name) {
            case "max" -> MAX;
            case "stall" -> STALL;
            case "recovery" -> RECOVERY;
            case "retention" -> RETENTION;
            case "closed-retention" -> CLOSED_RETENTION;
            case "errors" -> ERRORS;
            case "rate" -> RATE;
            default -> PERCENTILES.containsKey(name) ? PERCENTILE : null;
          });
    }

    private boolean comparesWithCalm() {
      return this == RETENTION || this == CLOSED_RETENTION || this == RECOVERY;
    }
  }

  private Expectation(
      String text,
      Metric metric,
      String name,
      @Nullable Integer longOnes,
      String operator,
      double value,
      boolean timesTarget) {
    this.text = text;
    this.metric = metric;
    this.name = name;
    this.longOnes = longOnes;
    this.operator = operator;
    this.value = value;
    this.timesTarget = timesTarget;
  }

  /**
   * Reads an expectation.
   *
   * @param text such as {@code p99.9@4<=50ms}, {@code errors<0.1%}, {@code rate>=0.98*target}
   * @return what it says
   * @throws IllegalArgumentException if it says nothing; the message has the text and the choices
   */
  public static Expectation parse(String text) {
    Matcher parts = GRAMMAR.matcher(text);
    Metric metric = parts.matches() ? Metric.named(parts.group(1)).orElse(null) : null;
    if (metric == null) {
      throw new IllegalArgumentException(
          "cannot read '%s': write METRIC[@N] then <, <=, > or >=, then a value; METRIC is one of retention, closed-retention, rate, errors, p50, p90, p99, p99.9, p99.99, max, stall, recovery"
              .formatted(text));
    }
    String unit = Optional.ofNullable(parts.group(5)).orElse("").replaceAll("\\s", "");
    Integer longOnes = parts.group(2) == null ? null : Integer.valueOf(parts.group(2));
    double factor = factor(text, metric.kind, unit);
    return new Expectation(
        text.strip(),
        metric,
        parts.group(1),
        longOnes,
        parts.group(3),
        Double.parseDouble(parts.group(4)) * factor,
        unit.equals("*target"));
  }

  private static double factor(String text, Kind kind, String unit) {
    String wanted =
        switch (kind) {
          case TIME -> "us, ms or s";
          case SHARE -> "% or nothing";
          case RATE -> "/s, *target or nothing";
        };
    return switch (kind.name() + unit) {
      case "TIMEus", "TIMEµs" -> 1e-6;
      case "TIMEms" -> 1e-3;
      case "SHARE%" -> 1e-2;
      case "TIMEs", "SHARE", "RATE", "RATE/s", "RATE*target" -> 1;
      default ->
          throw new IllegalArgumentException(
              "cannot read '%s': its value needs the unit %s".formatted(text, wanted));
    };
  }

  boolean isAboutClosedLoop() {
    return metric == Metric.CLOSED_RETENTION;
  }

  void checkAgainst(Interference.Options load) {
    if (longOnes != null && !load.levels().contains(longOnes)) {
      throw new IllegalArgumentException(
          "'%s' is about %d long requests, measured are %s; add it to --levels"
              .formatted(text, longOnes, load.levels()));
    }
    if (longOnes != null && longOnes == 0 && metric.comparesWithCalm()) {
      throw new IllegalArgumentException(
          "'%s' compares with 0 long requests; name another number".formatted(text));
    }
    double planned = load.perSecond() * load.open().toNanos() / 1e9;
    if (metric == Metric.PERCENTILE
        && !LatencyFigures.enoughFor(PERCENTILES.getOrDefault(name, 50.0), (long) planned)) {
      throw new IllegalArgumentException(
          "'%s' needs %.0f requests, --rate and --seconds give %.0f; raise one of them"
              .formatted(
                  text,
                  (double) Math.round(1e3 / (100 - PERCENTILES.getOrDefault(name, 50.0))),
                  planned));
    }
  }

  Judged judge(ProbeFigures figures) {
    Judged worst = null;
    double worstMargin = 0;
    for (ProbeFigures.Level level : figures.levels()) {
      boolean asked =
          longOnes == null
              ? level.longOnes() > 0 || !metric.comparesWithCalm()
              : level.longOnes() == longOnes;
      if (asked) {
        double found = found(level);
        double limit = timesTarget ? value * figures.perSecond() : value;
        double margin = operator.startsWith("<") ? limit - found : found - limit;
        // What has no number has not happened: nothing is better than that to report.
        if (worst == null || Double.isNaN(found) || margin < worstMargin) {
          worst = new Judged(text, holds(found, limit), inWords(found, level));
          worstMargin = Double.isNaN(found) ? Double.NEGATIVE_INFINITY : margin;
        }
      }
    }
    return worst == null ? new Judged(text, false, "nothing was measured") : worst;
  }

  private boolean holds(double found, double limit) {
    return switch (operator) {
      case "<" -> found < limit;
      case "<=" -> found <= limit;
      case ">" -> found > limit;
      default -> found >= limit;
    };
  }

  private double found(ProbeFigures.Level level) {
    Interference.ShortRun open = level.measured().open();
    Interference.Recovery recovery = level.measured().recovery();
    return switch (metric) {
      case PERCENTILE -> percentile(open.response());
      case MAX -> open.response().getMaxValue() / 1e9;
      case STALL -> open.longestStallMillis() / 1e3;
      case RECOVERY ->
          recovery == null || recovery.seconds() == null ? Double.NaN : recovery.seconds();
      case RETENTION -> level.retention();
      case CLOSED_RETENTION -> level.closedRetention();
      case ERRORS -> open.planned() == 0 ? Double.NaN : (double) open.failed() / open.planned();
      case RATE -> level.rate();
    };
  }

  /** Where too few were answered the largest stands for the percentile, which is no larger. */
  private double percentile(Histogram response) {
    if (response.getTotalCount() == 0) {
      return Double.NaN;
    }
    double percentile = PERCENTILES.getOrDefault(name, 50.0);
    return LatencyFigures.enoughFor(percentile, response.getTotalCount())
        ? response.getValueAtPercentile(percentile) / MICROS / 1e3
        : response.getMaxValue() / 1e9;
  }

  private String inWords(double found, ProbeFigures.Level level) {
    String number =
        Double.isNaN(found)
            ? "never"
            : switch (metric.kind) {
              case TIME -> Wording.seconds(found);
              case SHARE -> Wording.percent(found);
              case RATE -> Wording.rate(found);
            };
    return "%s %s beside %s"
        .formatted(
            metric == Metric.PERCENTILE || metric == Metric.MAX ? name : name.replace('-', ' '),
            number,
            Wording.count(level.longOnes(), "long request"));
  }

  /** Returns the expectation as it was written. */
  @Override
  public String toString() {
    return text;
  }

  /**
   * What became of an expectation.
   *
   * @param expected as it was written
   * @param met whether it holds
   * @param found the figure that decided, and where
   */
  public record Judged(String expected, boolean met, String found) {}

  static List<Judged> judgeAll(List<Expectation> expectations, ProbeFigures figures) {
    return expectations.stream().map(expectation -> expectation.judge(figures)).toList();
  }
}
