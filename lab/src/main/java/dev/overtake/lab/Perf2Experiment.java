// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.load.Failures;
import dev.overtake.load.GeneratorHealth;
import dev.overtake.load.Interval;
import dev.overtake.load.LatencyFigures;
import dev.overtake.load.LatencyLog;
import dev.overtake.load.LoadListener;
import dev.overtake.load.Perf2;
import dev.overtake.report.Axis;
import dev.overtake.report.BarChart;
import dev.overtake.report.Cell;
import dev.overtake.report.Chapter;
import dev.overtake.report.Figure;
import dev.overtake.report.LineChart;
import dev.overtake.report.Note;
import dev.overtake.report.PercentileChart;
import dev.overtake.report.Point;
import dev.overtake.report.Reference;
import dev.overtake.report.Series;
import dev.overtake.report.Table;
import dev.overtake.report.Unit;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.DoublePredicate;
import java.util.function.Function;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** What long requests do to short ones: the article's {@code perf2}, its main finding. */
final class Perf2Experiment implements Experiment {
  private static final Load ONE_BESIDE_ONE = new Load(1, 1);
  private static final Load MANY_BESIDE_EIGHT = new Load(32, 8);
  private static final Duration OVERHEAD = Duration.ofSeconds(2);
  private static final Duration INTERVAL = Duration.ofMillis(100);
  /* All hogs together keep one core busy for this share of the loaded phase: several answers of a
   * hog fall into the phase, and what is abandoned at its end is soon computed to its end. */
  private static final double HOGS_SHARE_OF_LOADED = 0.35;
  private static final double STARVED = 0.35;
  private static final double STOPPED = 0.05;
  private static final double ARTICLE_RETENTION =
      Article.PERF2_LOADED_PER_SECOND / Article.PERF2_CALM_PER_SECOND;
  private static final List<Table.Column> COLUMNS =
      List.of(
          Table.Column.text("model"),
          Table.Column.number("calm"),
          Table.Column.number("loaded"),
          Table.Column.number("retention"),
          Table.Column.number("p99 calm"),
          Table.Column.number("p99 loaded"),
          Table.Column.number("longest stall, loaded"),
          Table.Column.number("recovered ÷ calm"),
          Table.Column.number("connections served"),
          Table.Column.number("hogs' answers"),
          Table.Column.text("generator"));
  private static final double[] PERCENTILES = {25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99};

  @Override
  public String id() {
    return "perf2";
  }

  @Override
  public String summary() {
    return "rate and latency of short requests before, beside and after long ones";
  }

  @Override
  public List<Step> plan(Effort effort, int variants) {
    List<Step> steps = new ArrayList<>();
    for (Load load : loads(effort)) {
      Phases phases = phases(effort, load);
      for (int i = 0; i < effort.rounds() * variants; i++) {
        steps.add(new Step(OVERHEAD, phases.total()));
      }
    }
    return steps;
  }

  @Override
  public Findings run(Bench bench) throws IOException, InterruptedException {
    List<Outcome> outcomes = new ArrayList<>();
    for (Load load : loads(bench.effort())) {
      Phases phases = phases(bench.effort(), load).paced(bench);
      Trials<Beside> trials =
          bench.interleave(
              load.toString(),
              bench.placement(),
              (variant, server, round) -> {
                int hogN = bench.requests().lasting(phases.hog(load), variant, server);
                Beside beside = measure(server, load, phases, hogN);
                writeLog(bench, load, variant, round, beside.run);
                return beside;
              });
      outcomes.add(new Outcome(load, phases, trials));
    }
    return findings(bench, outcomes);
  }

  private static List<Load> loads(Effort effort) {
    return effort == Effort.QUICK
        ? List.of(ONE_BESIDE_ONE)
        : List.of(ONE_BESIDE_ONE, MANY_BESIDE_EIGHT);
  }

  private static Phases phases(Effort effort, Load load) {
    if (effort == Effort.QUICK) {
      return Phases.ofMillis(800, 1_500, 2_500, 1_500);
    }
    return load.equals(ONE_BESIDE_ONE)
        ? Phases.ofMillis(1_000, 3_000, 5_000, 3_000)
        : Phases.ofMillis(1_000, 2_000, 4_000, 2_000);
  }

  private static Beside measure(ServerProcess server, Load load, Phases phases, int hogN)
      throws ServerFailure, InterruptedException {
    Perf2.Options options =
        new Perf2.Options(
            server.target(),
            1,
            load.connections,
            load.hogs,
            hogN,
            phases.warmup,
            phases.calm,
            phases.loaded,
            phases.recovered,
            INTERVAL);
    try {
      Perf2.Run run = new Perf2(options).run(LoadListener.NONE);
      return new Beside(
          run, hogN, server.cpuTime().toMillis() / 1e3, server.residentBytes().orElse(0));
    } catch (IOException e) {
      throw new ServerFailure(ServerFailure.reason(e));
    }
  }

  private static void writeLog(Bench bench, Load load, Variant variant, int round, Perf2.Run run)
      throws IOException {
    String name =
        "perf2-%d-%d-%s-round%d.hlog"
            .formatted(
                load.connections,
                load.hogs,
                variant.name().replaceAll("[^A-Za-z0-9]+", "-"),
                round);
    Path file = bench.directory().raw("histograms", name);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      LatencyLog.write(out, run.startedAt(), run.intervals());
    }
  }

  private Findings findings(Bench bench, List<Outcome> outcomes) {
    List<Claim> claims = claims(bench, outcomes);
    List<String> warnings = warnings(outcomes);
    Chapter.Builder chapter =
        Chapter.builder(id(), "Short requests beside long ones")
            .claim(
                "One client gets 21,000 to 22,000 short answers a second from CPython's threads. "
                    + "As soon as another asks for fib(40), it gets about 100: a thread that wants "
                    + "the interpreter lock leaves a computing one alone for 5 ms each time.")
            .question("What do long requests do to the rate and the latency of short ones?")
            .prediction(
                "CPython's threads fall to a few hundred a second. Java's threads keep a large "
                    + "part, since the kernel shares the cores. Virtual threads are not shared "
                    + "out: with as many hogs as carriers they stop. Sequential and a full pool "
                    + "keep their rate, because the hogs are never let in.")
            .method(method(bench, outcomes))
            .control(control(outcomes))
            .command(bench.command())
            .note(Note.plain(bench.seating().describe(bench.placement())));
    for (Outcome outcome : outcomes) {
      chapter
          .exhibit(new Figure(overTime(bench, outcome)))
          .exhibit(new Figure(retention(bench, outcome)))
          .exhibit(new Figure(byPercentile(bench, outcome)))
          .exhibit(table(outcome));
    }
    warnings.forEach(warning -> chapter.note(Note.warning(warning)));
    claims.forEach(claim -> chapter.verdict(claim.verdict()));
    costs(outcomes).forEach(chapter::cost);
    chapter.file("histograms");
    return new Findings(
        chapter.build(),
        json(outcomes),
        claims,
        outcomes.stream().flatMap(outcome -> summary(outcome).stream()).toList(),
        warnings,
        outcomes.stream()
            .flatMap(o -> o.trials.rows().stream())
            .noneMatch(Perf2Experiment::saturated),
        new Figure(overTime(bench, outcomes.getFirst())));
  }

  private static String method(Bench bench, List<Outcome> outcomes) {
    StringBuilder text =
        new StringBuilder(
            "Each connection asks for fib(1) again as soon as it has its answer (a closed loop), "
                + "over warm-up, calm, loaded (the hogs compute, one request after the other) "
                + "and recovered; the warm-up does not count. ");
    for (Outcome outcome : outcomes) {
      Phases phases = outcome.phases;
      text.append(
          "%s: %s of warm-up, then %s, %s and %s; a hog asks for %s, about %s of CPU time. "
              .formatted(
                  sentenceCase(outcome.load.toString()),
                  seconds(phases.warmup),
                  seconds(phases.calm),
                  seconds(phases.loaded),
                  seconds(phases.recovered),
                  hogsInWords(outcome),
                  seconds(phases.hog(outcome.load))));
    }
    return text.append(
            "%s, the variants in turn, fresh servers each time."
                .formatted(Wording.count(bench.effort().rounds(), "round")))
        .toString();
  }

  private static String hogsInWords(Outcome outcome) {
    List<String> words = new ArrayList<>();
    for (Variant.Kind kind : Variant.Kind.values()) {
      outcome.trials.rows().stream()
          .filter(row -> row.variant().kind() == kind && row.measured())
          .findFirst()
          .ifPresent(row ->
              words.add("fib(%d) of %s".formatted(row.rounds().getFirst().hogN, kind.title())));
    }
    return words.isEmpty() ? "nothing" : String.join(" and ", words);
  }

  private static String control(List<Outcome> outcomes) {
    List<Double> ratios = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      for (Trials.Row<Beside> row : outcome.trials.rows()) {
        Spread ratio = row.spread(Beside::recovery);
        if (ratio.measured()) {
          ratios.add(ratio.median());
        }
      }
    }
    Spread all = Spread.of(ratios);
    return all.measured()
        ? "Once the hogs have gone the rate must come back: the recovered phases had %s to %s of the calm rate, the first moments with what the hogs left behind included."
            .formatted(Wording.percent(all.min()), Wording.percent(all.max()))
        : "";
  }

  private LineChart overTime(Bench bench, Outcome outcome) {
    List<Series> lines = new ArrayList<>();
    for (Trials.Row<Beside> row : outcome.trials.rows()) {
      if (row.measured()) {
        lines.add(new Series(row.variant().name(), rates(row)));
      }
    }
    double hogsFrom = outcome.phases.calm.toMillis() / 1e3;
    double hogsTo = hogsFrom + outcome.phases.loaded.toMillis() / 1e3;
    return new LineChart(
            "Rate of short requests, " + outcome.load,
            "For each model, short requests answered per second over time; the shaded stretch is "
                + "when long requests run.",
            Axis.linear("time", Unit.SECONDS),
            Axis.log("short requests", Unit.of("requests/s")),
            lines,
            bench.origin())
        .inSteps()
        .withIntervals(
            List.of(
                new dev.overtake.report.Interval(hogsFrom, hogsTo, outcome.load.hogsInWords())));
  }

  /** Rates by the time of their interval, with the spread over the rounds. */
  private static List<Point> rates(Trials.Row<Beside> row) {
    double step = INTERVAL.toMillis() / 1e3;
    TreeMap<Long, List<Double>> byInterval = new TreeMap<>();
    for (Beside round : row.rounds()) {
      for (Interval interval : round.run.intervals()) {
        // A phase may leave a sliver behind its last whole interval.
        if (interval.startSeconds() >= 0 && interval.seconds() > step / 2) {
          byInterval
              .computeIfAbsent(Math.round(interval.startSeconds() / step), _ -> new ArrayList<>())
              .add(interval.requests() / interval.seconds());
        }
      }
    }
    List<Point> points = new ArrayList<>();
    byInterval.forEach((index, values) -> {
      Spread rate = Spread.of(values);
      points.add(Point.spread(index * step, rate.min(), rate.median(), rate.max()));
    });
    return points;
  }

  private BarChart retention(Bench bench, Outcome outcome) {
    List<BarChart.Group> groups = new ArrayList<>();
    for (Trials.Row<Beside> row : outcome.trials.rows()) {
      String name = row.variant().name();
      Spread retention = row.spread(Beside::retention);
      groups.add(
          retention.measured()
              ? BarChart.Group.of(name, retention.min(), retention.median(), retention.max())
              : new BarChart.Group(name, List.of(BarChart.Bar.missing(name, whyNoRetention(row)))));
    }
    return new BarChart(
            "Retention, " + outcome.load,
            "For each model, which part of the calm rate of short requests is left while long "
                + "ones run.",
            Axis.log("loaded ÷ calm rate", Unit.FRACTION),
            groups,
            bench.origin())
        .withReferences(
            outcome.load.equals(ONE_BESIDE_ONE)
                ? List.of(new Reference(ARTICLE_RETENTION, "the article, CPython"))
                : List.of());
  }

  private static String whyNoRetention(Trials.Row<Beside> row) {
    return row.measured() ? "no answer even when calm" : row.whyMissing();
  }

  private PercentileChart byPercentile(Bench bench, Outcome outcome) {
    List<Series> lines = new ArrayList<>();
    for (Trials.Row<Beside> row : outcome.trials.rows()) {
      Histogram all = loadedLatencies(row);
      List<Point> points = new ArrayList<>();
      for (double percentile : PERCENTILES) {
        if (LatencyFigures.enoughFor(percentile, all.getTotalCount())) {
          points.add(Point.of(percentile, all.getValueAtPercentile(percentile) / 1e9));
        }
      }
      if (all.getTotalCount() > 0) {
        points.add(Point.of(100, all.getMaxValue() / 1e9));
        lines.add(new Series(row.variant().name(), points));
      }
    }
    return new PercentileChart(
        "Latency of short requests while loaded, " + outcome.load,
        "For each model, the latency of short requests beside long ones by percentile, all rounds "
            + "together.",
        lines,
        bench.origin());
  }

  private static Histogram loadedLatencies(Trials.Row<Beside> row) {
    Histogram all = new Histogram(3);
    for (Beside round : row.rounds()) {
      all.add(round.loaded().latencies());
    }
    return all;
  }

  private static Table table(Outcome outcome) {
    List<List<Cell>> rows = new ArrayList<>();
    for (Trials.Row<Beside> row : outcome.trials.rows()) {
      rows.add(row.measured() ? cells(outcome, row) : missing(row));
    }
    if (outcome.load.equals(ONE_BESIDE_ONE)) {
      rows.add(article());
    }
    return new Table(
        "Short requests, " + outcome.load,
        "Median and range over the rounds; p99 and longest stall are medians of the rounds.",
        COLUMNS,
        rows);
  }

  private static List<Cell> cells(Outcome outcome, Trials.Row<Beside> row) {
    Unit rate = Unit.of("/s");
    int served =
        row.rounds().stream().mapToInt(r -> r.run.calm().servedConnections()).min().orElse(0);
    long hogAnswers = row.rounds().stream().mapToLong(r -> r.hogs().answered()).sum();
    return List.of(
        Cell.name(row.variant().name()),
        cell(row.spread(Beside::calmRate), rate),
        cell(row.spread(Beside::loadedRate), rate),
        cell(row.spread(Beside::retention), Unit.FRACTION),
        p99(row, round -> round.run.calm()),
        p99(row, Beside::loaded),
        Cell.number(
            row.spread(r -> r.loaded().figures().longestStallMillis() / 1e3).median(),
            Unit.SECONDS),
        cell(row.spread(Beside::recovery), Unit.FRACTION),
        Cell.text("%d of %d".formatted(served, outcome.load.connections)),
        Cell.count(hogAnswers),
        Cell.text(generator(row)));
  }

  private static List<Cell> missing(Trials.Row<Beside> row) {
    List<Cell> cells = new ArrayList<>(List.of(Cell.name(row.variant().name())));
    while (cells.size() < COLUMNS.size()) {
      cells.add(Cell.missing(row.whyMissing()));
    }
    return cells;
  }

  private static List<Cell> article() {
    List<Cell> cells =
        new ArrayList<>(
            List.of(
                Cell.text("the article (CPython threads)"),
                Cell.number(Article.PERF2_CALM_PER_SECOND, Unit.of("/s")),
                Cell.number(Article.PERF2_LOADED_PER_SECOND, Unit.of("/s")),
                Cell.number(ARTICLE_RETENTION, Unit.FRACTION)));
    while (cells.size() < COLUMNS.size()) {
      cells.add(Cell.text(""));
    }
    return cells;
  }

  private static Cell cell(Spread spread, Unit unit) {
    return spread.measured()
        ? Cell.spread(spread.min(), spread.median(), spread.max(), unit)
        : Cell.missing("no answer");
  }

  private static Cell p99(Trials.Row<Beside> row, Function<Beside, Perf2.PhaseRun> phase) {
    boolean enough =
        row.rounds().stream()
            .allMatch(
                r -> LatencyFigures.enoughFor(99, phase.apply(r).latencies().getTotalCount()));
    return enough
        ? Cell.number(
            row.spread(r -> phase.apply(r).figures().p99Micros() / 1e6).median(), Unit.SECONDS)
        : Cell.missing("too few samples");
  }

  private static String generator(Trials.Row<Beside> row) {
    double share =
        row.rounds().stream().mapToDouble(r -> r.run.health().cpuShare()).max().orElse(0);
    return saturated(row)
        ? "was the limit: invalid"
        : "kept up, %s of a core".formatted(Wording.percent(share));
  }

  private static boolean saturated(Trials.Row<Beside> row) {
    return row.rounds().stream().map(r -> r.run.health()).anyMatch(GeneratorHealth::saturated);
  }

  private static List<String> warnings(List<Outcome> outcomes) {
    List<String> warnings = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      for (Trials.Row<Beside> row : outcome.trials.rows()) {
        String where = "perf2, %s, %s: ".formatted(outcome.load, row.variant().name());
        if (saturated(row)) {
          warnings.add(where + "invalid, the generator was the limit");
        }
        long broken = row.rounds().stream().mapToLong(r -> r.run.failures().total()).sum();
        if (broken > 0) {
          warnings.add(where + Wording.count(broken, "connection") + " failed or broke");
        }
      }
    }
    return warnings;
  }

  private static List<String> costs(List<Outcome> outcomes) {
    List<String> costs = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      List<String> lockedOut =
          outcome.trials.rows().stream()
              .filter(row -> row.measured())
              .filter(row -> row.rounds().stream().allMatch(r -> r.hogs().answered() == 0))
              .map(row -> row.variant().name())
              .toList();
      if (!lockedOut.isEmpty()) {
        costs.add(
            "%s: no hog had an answer while loaded under %s."
                .formatted(sentenceCase(outcome.load.toString()), String.join(", ", lockedOut)));
      }
    }
    return costs;
  }

  private static List<Claim> claims(Bench bench, List<Outcome> outcomes) {
    List<Claim> claims = new ArrayList<>();
    Outcome articles = outcomes.getFirst();
    claims.add(
        retentionClaim(
            articles,
            Variant.CPYTHON_THREADS,
            new Rule(
                "cpythonStarves",
                "beside one long request CPython's threads lose more than 99 % of the short ones' rate",
                "retention is below " + Wording.percent(STARVED),
                ARTICLE_RETENTION),
            retention -> retention < STARVED));
    claims.add(
        retentionClaim(
            articles,
            "threads",
            new Rule(
                "javaThreadsKeep",
                "an operating system favours short work over long, so threads without such a lock do not starve",
                "retention is above " + Wording.percent(STARVED),
                Double.NaN),
            retention -> retention > STARVED));
    int cores = bench.seating().serverCores(bench.placement()).size();
    for (Outcome outcome : outcomes) {
      if (outcome.load.hogs >= cores) {
        claims.add(
            retentionClaim(
                outcome,
                "virtual",
                new Rule(
                    "virtualThreadsStop" + outcome.load.connections,
                    "virtual threads are not time-shared: as many hogs as carriers stop all others",
                    "retention is below %s with %s on %s"
                        .formatted(
                            Wording.percent(STOPPED),
                            outcome.load.hogsInWords(),
                            Wording.count(cores, "core")),
                    Double.NaN),
                retention -> retention < STOPPED));
      }
    }
    return claims;
  }

  private static Claim retentionClaim(
      Outcome outcome, String variant, Rule rule, DoublePredicate holds) {
    Optional<Trials.Row<Beside>> found = outcome.trials.row(variant);
    if (found.isEmpty()) {
      return rule.unknown("The variant this is about was left out.");
    }
    Trials.Row<Beside> row = found.get();
    String name = row.variant().title();
    Spread retention = row.spread(Beside::retention);
    if (!retention.measured()) {
      return rule.unknown("%s could not be measured: %s.".formatted(name, whyNoRetention(row)));
    }
    String figures =
        "%s gave %s calm and %s beside %s, a retention of %s"
            .formatted(
                name,
                Wording.rate(row.spread(Beside::calmRate).median()),
                Wording.rate(row.spread(Beside::loadedRate).median()),
                outcome.load.hogsInWords(),
                retention.show(Wording::percent));
    if (saturated(row)) {
      return rule.unknown(figures + ", but the generator was the limit.");
    }
    String beside =
        Double.isNaN(rule.article())
            ? "."
            : ", %s the article's %s."
                .formatted(
                    Wording.times(retention.median() / rule.article()),
                    Wording.percent(rule.article()));
    return rule.decided(retention.median(), holds.test(retention.median()), figures + beside);
  }

  private static List<Findings.SummaryLine> summary(Outcome outcome) {
    List<Findings.SummaryLine> lines = new ArrayList<>();
    for (Trials.Row<Beside> row : outcome.trials.rows()) {
      String name = row.variant().name() + ", " + outcome.load;
      boolean asInArticle =
          outcome.load.equals(ONE_BESIDE_ONE)
              && row.variant().name().equals(Variant.CPYTHON_THREADS);
      if (!row.measured()) {
        String article =
            asInArticle
                ? "%s, %s"
                    .formatted(
                        Wording.rate(Article.PERF2_CALM_PER_SECOND),
                        Wording.rate(Article.PERF2_LOADED_PER_SECOND))
                : "";
        lines.add(line(name + ": calm, loaded", article, row.whyMissing()));
        continue;
      }
      String mark = saturated(row) ? ", invalid: the generator was the limit" : "";
      lines.add(
          line(
              name + ": calm",
              asInArticle ? Wording.rate(Article.PERF2_CALM_PER_SECOND) : "",
              row.spread(Beside::calmRate).show(Wording::rate) + mark));
      lines.add(
          line(
              name + ": loaded",
              asInArticle ? Wording.rate(Article.PERF2_LOADED_PER_SECOND) : "",
              row.spread(Beside::loadedRate).show(Wording::rate) + mark));
      lines.add(
          line(
              name + ": retention",
              asInArticle ? Wording.percent(ARTICLE_RETENTION) : "",
              row.spread(Beside::retention).show(Wording::percent) + mark));
    }
    return lines;
  }

  private static Findings.SummaryLine line(String what, String article, String here) {
    return new Findings.SummaryLine(what, article, here);
  }

  private static Object json(List<Outcome> outcomes) {
    return new Results(
        outcomes.stream()
            .map(outcome ->
                new LoadResults(
                    outcome.load.connections,
                    outcome.load.hogs,
                    outcome.trials.rows().stream().map(Perf2Experiment::variantResults).toList()))
            .toList());
  }

  private static VariantResults variantResults(Trials.Row<Beside> row) {
    return new VariantResults(
        row.variant().name(),
        row.variant().serve("fib"),
        row.failure(),
        row.spread(Beside::calmRate),
        row.spread(Beside::loadedRate),
        row.spread(Beside::retention),
        row.rounds().stream()
            .map(round ->
                new RoundResults(
                    round.run.result(),
                    round.run.calm().servedConnections(),
                    round.hogs().answered(),
                    round.run.failures(),
                    round.run.health(),
                    round.serverCpuSeconds,
                    round.serverResidentBytes))
            .toList());
  }

  private static String seconds(Duration duration) {
    return Wording.seconds(duration.toMillis() / 1e3);
  }

  private static String sentenceCase(String words) {
    return Character.toUpperCase(words.charAt(0)) + words.substring(1);
  }

  /** How many connections ask for short requests, and how many beside them for long ones. */
  private record Load(int connections, int hogs) {
    String hogsInWords() {
      return Wording.count(hogs, "hog");
    }

    @Override
    public String toString() {
      return Wording.count(connections, "connection") + " beside " + hogsInWords();
    }
  }

  /** How long each phase is. */
  private record Phases(Duration warmup, Duration calm, Duration loaded, Duration recovered) {
    static Phases ofMillis(long warmup, long calm, long loaded, long recovered) {
      return new Phases(
          Duration.ofMillis(warmup),
          Duration.ofMillis(calm),
          Duration.ofMillis(loaded),
          Duration.ofMillis(recovered));
    }

    Duration total() {
      return warmup.plus(calm).plus(loaded).plus(recovered);
    }

    Phases paced(Bench bench) {
      return new Phases(
          whole(bench.paced(warmup)),
          whole(bench.paced(calm)),
          whole(bench.paced(loaded)),
          whole(bench.paced(recovered)));
    }

    /** How long one hog's request lasts on an idle server. */
    Duration hog(Load load) {
      return Duration.ofMillis((long) (loaded.toMillis() * HOGS_SHARE_OF_LOADED / load.hogs));
    }

    /** A whole number of intervals, so that the rounds' intervals lie on top of each other. */
    private static Duration whole(Duration phase) {
      return INTERVAL.multipliedBy(Math.max(1, phase.toMillis() / INTERVAL.toMillis()));
    }
  }

  /** One load on all variants. */
  private record Outcome(Load load, Phases phases, Trials<Beside> trials) {}

  /** One round of one variant. The runs always have hogs, so all phases are there. */
  private record Beside(
      Perf2.Run run, int hogN, double serverCpuSeconds, long serverResidentBytes) {
    Perf2.PhaseRun loaded() {
      return Objects.requireNonNull(run.loaded());
    }

    Perf2.HogRun hogs() {
      return Objects.requireNonNull(run.hogRun());
    }

    double calmRate() {
      return run.calm().figures().requestsPerSecond();
    }

    double loadedRate() {
      return loaded().figures().requestsPerSecond();
    }

    double retention() {
      return loadedRate() / calmRate();
    }

    double recovery() {
      return Objects.requireNonNull(run.recovered()).figures().requestsPerSecond() / calmRate();
    }
  }

  record RoundResults(
      Perf2.Result result,
      int servedConnections,
      long hogAnswers,
      Failures failures,
      GeneratorHealth health,
      double serverCpuSeconds,
      long serverResidentBytes) {}

  record VariantResults(
      String variant,
      List<String> command,
      @Nullable String failure,
      Spread calmRequestsPerSecond,
      Spread loadedRequestsPerSecond,
      Spread retention,
      List<RoundResults> rounds) {}

  record LoadResults(int connections, int hogs, List<VariantResults> variants) {}

  record Results(List<LoadResults> loads) {}
}
