// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.lab.HogTrials.Phases;
import dev.overtake.load.Interval;
import dev.overtake.load.Perf2;
import dev.overtake.report.Axis;
import dev.overtake.report.Cell;
import dev.overtake.report.Chapter;
import dev.overtake.report.Figure;
import dev.overtake.report.LineChart;
import dev.overtake.report.Note;
import dev.overtake.report.Point;
import dev.overtake.report.Reference;
import dev.overtake.report.Series;
import dev.overtake.report.Table;
import dev.overtake.report.Unit;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the switch interval of a global interpreter lock does to short requests, and whether our
 * model of that lock follows CPython's.
 */
final class IntervalExperiment implements Experiment {
  private static final List<Double> QUICK_MILLIS = List.of(0.5, 5.0, 50.0);
  private static final List<Double> FULL_MILLIS = List.of(0.5, 1.0, 5.0, 20.0, 50.0);
  private static final Duration OVERHEAD = Duration.ofMillis(900);
  /* Beside the longest interval twenty requests are answered, at a third of the full pace. */
  private static final Phases PHASES = Phases.ofMillis(600, 500, 3_000, 100);
  /* The one hog's request is to outlast the loaded phase: between two, short ones slip through. */
  private static final double HOG_TO_LOADED = 1.5;
  private static final double ALIKE = 1.5;
  private static final double LEAST_INTERVALS = 0.8;
  private static final double MOST_INTERVALS = 2.5;
  private static final Unit RATE = Unit.of("/s");
  private static final Unit TIMES = Unit.of("×");

  @Override
  public String id() {
    return "interval";
  }

  @Override
  public String summary() {
    return "rate of short requests beside a long one against the interpreter lock's switch interval";
  }

  @Override
  public boolean concerns(Variant variant) {
    return variant.name().equals(Variant.GIL) || variant.name().equals(Variant.CPYTHON_THREADS);
  }

  @Override
  public List<Step> plan(Effort effort, int variants) {
    return Collections.nCopies(
        effort.rounds() * variants * millis(effort).size(),
        new Step(OVERHEAD.plus(PHASES.warmup()), PHASES.measured()));
  }

  @Override
  public Findings run(Bench bench) throws IOException, InterruptedException {
    Phases phases = PHASES.paced(bench);
    List<Variant> variants = new ArrayList<>();
    for (double millis : millis(bench.effort())) {
      bench.variants().forEach(variant -> variants.add(at(millis, variant)));
    }
    Duration hog = Duration.ofMillis((long) (phases.loaded().toMillis() * HOG_TO_LOADED));
    Trials<Seen> trials =
        bench.interleave(
            "switch interval",
            bench.placement(),
            variants,
            variant -> variant.serve("fib"),
            (variant, server, _) -> {
              int hogN = bench.requests().lasting(hog, variant, server);
              return Seen.in(
                  Perf2Experiment.measure(server, Article.PERF2_LOAD, phases, hogN).run());
            });
    return findings(bench, phases, setting(bench.effort(), trials));
  }

  private static List<Double> millis(Effort effort) {
    return effort == Effort.QUICK ? QUICK_MILLIS : FULL_MILLIS;
  }

  /** The same server with another switch interval. */
  static Variant at(double millis, Variant variant) {
    if (variant.marked()) {
      return Variant.ours(variant.command(), "%s:%sms".formatted(Variant.GIL, text(millis)));
    }
    List<String> command = new ArrayList<>(variant.command());
    command.addAll(List.of("--switch-interval", Double.toString(millis / 1e3)));
    return new Variant(
        "%s, %s ms".formatted(variant.name(), text(millis)),
        command,
        variant.model(),
        variant.kind());
  }

  private static String text(double millis) {
    return Wording.number(millis);
  }

  private static List<Setting> setting(Effort effort, Trials<Seen> trials) {
    return millis(effort).stream()
        .map(millis ->
            new Setting(
                millis / 1e3,
                trials.row("%s:%sms".formatted(Variant.GIL, text(millis))),
                trials.row("%s, %s ms".formatted(Variant.CPYTHON_THREADS, text(millis)))))
        .toList();
  }

  private Findings findings(Bench bench, Phases phases, List<Setting> settings) {
    List<Claim> claims = claims(settings);
    List<String> warnings = new ArrayList<>();
    for (Setting setting : settings) {
      for (Trials.Row<Seen> row : setting.rows()) {
        if (saturated(row)) {
          warnings.add("interval, %s: the generator was the limit".formatted(row.variant().name()));
        }
      }
    }
    Chapter.Builder chapter =
        Chapter.builder(id(), "The switch interval")
            .claim(
                "A thread that wants CPython's interpreter lock waits for up to 5 ms before it "
                    + "asks the holder for it, and one that computes keeps it all that time: so "
                    + "the rate of short requests falls by more than 99 %.")
            .question(
                "Is it this interval that short requests wait for, and does our model of the lock "
                    + "follow the real one?")
            .prediction(
                "The loaded rate is the inverse of the interval, or half of it where a request "
                    + "loses the lock to the hog when it sends its answer, and waits again. Both "
                    + "servers draw the same line.")
            .method(
                ("One connection asks for fib(1) again and again, for %s calm and %s beside one "
                        + "hog (the first %s of which do not count, for the hog begins in them), "
                        + "after %s of warm-up; a fresh server for each interval, %s, "
                        + "gil and CPython in turn. CPython is told by sys.setswitchinterval(), "
                        + "gil by --model gil:INTERVAL.")
                    .formatted(
                        Wording.seconds(phases.calm()),
                        Wording.seconds(phases.loaded()),
                        Wording.seconds(HogTrials.INTERVAL),
                        Wording.seconds(phases.warmup()),
                        Wording.count(bench.effort().rounds(), "round")))
            .command(bench.command())
            .note(Note.plain(bench.seating().describe(bench.placement())))
            .exhibit(new Figure(chart(bench, settings)))
            .exhibit(table(settings))
            .cost(
                "A short interval is no cure: each change of hands costs a trip through the "
                    + "kernel, and one thread at a time still executes.");
    warnings.forEach(warning -> chapter.note(Note.warning(warning)));
    claims.forEach(claim -> chapter.verdict(claim.verdict()));
    return new Findings(chapter.build(), json(settings), claims, summary(settings), warnings, null);
  }

  private static LineChart chart(Bench bench, List<Setting> settings) {
    List<Series> lines = new ArrayList<>();
    for (Variant variant : bench.variants()) {
      List<Point> points = new ArrayList<>();
      for (Setting setting : settings) {
        Spread retention = retention(setting.row(variant.kind()));
        if (retention.measured()) {
          points.add(retention.at(setting.seconds));
        }
      }
      if (!points.isEmpty()) {
        lines.add(new Series(variant.name(), points));
      }
    }
    return new LineChart(
            "Short requests beside a hog against the switch interval",
            "For the gil model and CPython, which part of the calm rate of short requests is left "
                + "beside a long one, at switch intervals from half a millisecond to fifty.",
            Axis.log("switch interval", Unit.SECONDS),
            Axis.log("loaded ÷ calm rate", Unit.FRACTION),
            lines,
            bench.origin())
        .withReferences(
            List.of(new Reference(Article.PERF2_RETENTION, "the article, CPython at 5 ms")));
  }

  private static Table table(List<Setting> settings) {
    List<List<Cell>> rows = new ArrayList<>();
    for (Setting setting : settings) {
      List<Cell> cells = new ArrayList<>();
      cells.add(Cell.number(setting.seconds, Unit.SECONDS));
      for (Variant.Kind kind : List.of(Variant.Kind.CPYTHON, Variant.Kind.OURS)) {
        Optional<Trials.Row<Seen>> row = setting.row(kind);
        String missing = row.map(HogTrials::whyNoRetention).orElse("left out");
        cells.add(spread(row, Seen::calmRate).cell(RATE, missing));
        cells.add(spread(row, Seen::loadedRate).cell(RATE, missing));
        cells.add(retention(row).cell(Unit.FRACTION, missing));
      }
      double apart = setting.apart();
      cells.add(
          Double.isFinite(apart) ? Cell.number(apart, TIMES) : Cell.missing("one is missing"));
      rows.add(cells);
    }
    rows.add(
        List.of(
            Cell.number(Article.SWITCH_INTERVAL_SECONDS, Unit.SECONDS),
            Cell.number(Article.PERF2_CALM_PER_SECOND, RATE),
            Cell.number(Article.PERF2_LOADED_PER_SECOND, RATE),
            Cell.number(Article.PERF2_RETENTION, Unit.FRACTION),
            Cell.text(Article.ROW),
            Cell.text(""),
            Cell.text(""),
            Cell.text("")));
    return new Table(
        "Short requests beside a hog",
        "Median and range over the rounds; the last column compares the parts that are kept.",
        List.of(
            Table.Column.number("switch interval"),
            Table.Column.number("CPython, calm"),
            Table.Column.number("CPython, loaded"),
            Table.Column.number("CPython keeps"),
            Table.Column.number("gil, calm"),
            Table.Column.number("gil, loaded"),
            Table.Column.number("gil keeps"),
            Table.Column.number("apart")),
        rows);
  }

  /** The rules; the figures decide. */
  static List<Claim> claims(List<Setting> settings) {
    return List.of(waitsForTheInterval(settings), gilFollows(settings));
  }

  private static Claim waitsForTheInterval(List<Setting> settings) {
    Rule rule =
        new Rule(
            "waitsForTheInterval",
            "beside a hog each short request waits for the switch interval, once or twice",
            "at 5 ms CPython lets %s to %s intervals pass for each answer"
                .formatted(Wording.number(LEAST_INTERVALS), Wording.number(MOST_INTERVALS)),
            Article.INTERVALS_PER_REQUEST,
            Wording::number);
    Optional<Setting> articles =
        settings.stream().filter(s -> s.seconds == Article.SWITCH_INTERVAL_SECONDS).findFirst();
    Optional<Trials.Row<Seen>> row = articles.flatMap(s -> s.row(Variant.Kind.CPYTHON));
    Spread loaded = spread(row, Seen::loadedRate);
    Spread passed = spread(row, seen -> 1 / (seen.loadedRate * Article.SWITCH_INTERVAL_SECONDS));
    if (!passed.measured()) {
      return rule.unknown("CPython's threads could not be measured at this interval.");
    }
    return rule.decided(
        passed,
        intervals -> intervals >= LEAST_INTERVALS && intervals <= MOST_INTERVALS,
        "CPython answered %s beside a hog, %s intervals for each"
            .formatted(loaded.show(Wording::rate), passed.show(Wording::number)));
  }

  private static Claim gilFollows(List<Setting> settings) {
    Rule rule =
        new Rule(
            "gilFollowsCpython",
            "the gil model loses what CPython loses, at every switch interval",
            "the parts of their calm rates that both keep are nowhere more than %s apart"
                .formatted(Wording.times(ALIKE)),
            Double.NaN,
            Wording::times);
    List<String> words = new ArrayList<>();
    double worst = 1;
    boolean spoilt = false;
    for (Setting setting : settings) {
      double apart = setting.apart();
      if (Double.isNaN(apart)) {
        return rule.unknown(
            "There is nothing to compare at %s.".formatted(Wording.seconds(setting.seconds)));
      }
      worst = Math.max(worst, apart);
      spoilt |= setting.rows().stream().anyMatch(IntervalExperiment::saturated);
      words.add(
          "%s and %s at %s"
              .formatted(
                  Wording.percent(retention(setting.gil).median()),
                  Wording.percent(retention(setting.cpython).median()),
                  Wording.seconds(setting.seconds)));
    }
    String figures =
        "Of their calm rates gil and CPython kept %s: at most %s apart"
            .formatted(String.join(", ", words), Wording.times(worst));
    return spoilt
        ? rule.spoilt(figures + ", but the generator was the limit.")
        : rule.decided(worst, worst <= ALIKE, figures + ".");
  }

  private static List<Findings.SummaryLine> summary(List<Setting> settings) {
    List<Findings.SummaryLine> lines = new ArrayList<>();
    for (Setting setting : settings) {
      for (Trials.Row<Seen> row : setting.rows()) {
        boolean asInArticle =
            row.variant().kind() == Variant.Kind.CPYTHON
                && setting.seconds == Article.SWITCH_INTERVAL_SECONDS;
        lines.add(
            new Findings.SummaryLine(
                row.variant().name() + ": loaded, retention",
                asInArticle
                    ? "%s, %s"
                        .formatted(
                            Wording.rate(Article.PERF2_LOADED_PER_SECOND),
                            Wording.percent(Article.PERF2_RETENTION))
                    : "",
                row.measured()
                    ? "%s, %s"
                        .formatted(
                            row.spread(Seen::loadedRate).show(Wording::rate),
                            row.spread(Seen::retention).show(Wording::percent))
                    : row.whyMissing()));
      }
    }
    return lines;
  }

  private static Object json(List<Setting> settings) {
    return new Results(
        settings.stream()
            .map(setting ->
                new SettingResults(
                    setting.seconds,
                    setting.apart(),
                    setting.rows().stream().map(IntervalExperiment::variantResults).toList()))
            .toList());
  }

  private static VariantResults variantResults(Trials.Row<Seen> row) {
    return new VariantResults(
        row.variant().name(),
        row.variant().serve("fib"),
        row.failure(),
        row.spread(Seen::calmRate),
        row.spread(Seen::loadedRate),
        row.spread(Seen::retention),
        row.rounds().stream().map(seen -> seen.run.result()).toList());
  }

  private static Spread retention(Optional<Trials.Row<Seen>> row) {
    return spread(row, Seen::retention);
  }

  private static Spread spread(Optional<Trials.Row<Seen>> row, ToDoubleFunction<Seen> figure) {
    return row.map(r -> r.spread(figure)).orElse(Spread.NONE);
  }

  private static boolean saturated(Trials.Row<Seen> row) {
    return row.rounds().stream().anyMatch(seen -> seen.run.health().saturated());
  }

  /**
   * One round of one server.
   *
   * @param loadedRate beside the hog at work, from an interval after its request was sent
   */
  record Seen(Perf2.Run run, double calmRate, double loadedRate) {
    static Seen in(Perf2.Run run) {
      List<Interval> atWork =
          run.intervals().stream().filter(i -> i.phase().equals("loaded")).skip(1).toList();
      double requests = atWork.stream().mapToLong(Interval::requests).sum();
      double seconds = atWork.stream().mapToDouble(Interval::seconds).sum();
      return new Seen(run, run.calm().figures().requestsPerSecond(), requests / seconds);
    }

    /** NaN if nothing was answered even when calm. */
    double retention() {
      return loadedRate / calmRate;
    }
  }

  /** Both servers at one switch interval; empty where one was left out. */
  record Setting(
      double seconds, Optional<Trials.Row<Seen>> gil, Optional<Trials.Row<Seen>> cpython) {
    Optional<Trials.Row<Seen>> row(Variant.Kind kind) {
      return kind == Variant.Kind.CPYTHON ? cpython : gil;
    }

    List<Trials.Row<Seen>> rows() {
      return List.of(gil, cpython).stream().flatMap(Optional::stream).toList();
    }

    /** By which factor the parts of the calm rate differ that both keep; NaN if one is missing. */
    double apart() {
      double ratio = retention(gil).median() / retention(cpython).median();
      return Math.max(ratio, 1 / ratio);
    }
  }

  record VariantResults(
      String variant,
      List<String> command,
      @Nullable String failure,
      Spread calmRequestsPerSecond,
      Spread loadedRequestsPerSecond,
      Spread retention,
      List<Perf2.Result> rounds) {}

  record SettingResults(
      double switchIntervalSeconds, double apart, List<VariantResults> variants) {}

  record Results(List<SettingResults> intervals) {}
}
