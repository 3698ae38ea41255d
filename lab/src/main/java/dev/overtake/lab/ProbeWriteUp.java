// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.load.GeneratorHealth;
import dev.overtake.load.Interference;
import dev.overtake.load.LatencyFigures;
import dev.overtake.load.Outcome;
import dev.overtake.report.Axis;
import dev.overtake.report.Cell;
import dev.overtake.report.Chapter;
import dev.overtake.report.Fact;
import dev.overtake.report.Figure;
import dev.overtake.report.LineChart;
import dev.overtake.report.Note;
import dev.overtake.report.Origin;
import dev.overtake.report.PercentileChart;
import dev.overtake.report.Point;
import dev.overtake.report.Report;
import dev.overtake.report.Series;
import dev.overtake.report.Table;
import dev.overtake.report.Unit;
import dev.overtake.report.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Turns what the probe measured into a table for the terminal, JSON and a report. */
final class ProbeWriteUp {
  private static final double[] PERCENTILES = {10, 25, 50, 75, 90, 95, 99, 99.5, 99.9};
  private static final Unit RATE = Unit.of("/s");
  private static final int BAR = 30;
  private static final double SHORTEST_BAR_SECONDS = 1e-4;
  private static final String TOO_FEW = "too few";

  private final ProbeOptions options;
  private final RunDirectory directory;
  private final Machine machine;
  private final Instant begin;
  private final Duration took;
  private final Map<String, Long> reasons;
  private final ProbeFigures figures;
  private final List<Expectation.Judged> judged;

  ProbeWriteUp(
      ProbeOptions options,
      RunDirectory directory,
      Machine machine,
      Instant begin,
      Duration took,
      Map<String, Long> reasons,
      ProbeFigures figures) {
    this.options = options;
    this.directory = directory;
    this.machine = machine;
    this.begin = begin;
    this.took = took;
    this.reasons = reasons;
    this.figures = figures;
    this.judged = Expectation.judgeAll(options.expectations(), figures);
  }

  List<Expectation.Judged> judged() {
    return judged;
  }

  // The terminal.

  String summary(Path report) {
    StringBuilder text = new StringBuilder();
    text.append(
        "%s: short %s at %s, long %s%n%n"
            .formatted(
                options.load().service().target(),
                options.shortOne(),
                Wording.rate(figures.perSecond()),
                options.longOne()));
    text.append(
        "      %s  %s  %s%n"
            .formatted(
                centred("at a fixed rate, from the planned moment", 76),
                centred("sending", 8),
                centred("back to back", 15)));
    text.append(
        "%4s  %8s  %5s  %8s  %8s  %8s  %8s  %9s  %8s  %8s  %8s  %5s%n"
            .formatted(
                "long",
                "rate",
                "kept",
                "p50",
                "p99",
                "p99.9",
                "stall",
                "recovery",
                "failed",
                "p99",
                "rate",
                "kept"));
    figures.levels().forEach(level -> text.append(line(level)));
    text.append("%nlongest response beside so many long requests, on a log scale%n".formatted());
    figures.levels().forEach(level -> text.append(bar(level)));
    text.append("%n%s%n%s%n".formatted(figures.verdict(), figures.quantum().sentence()));
    figures.invalid().forEach(reason -> text.append("invalid: %s%n".formatted(reason)));
    warnings().forEach(warning -> text.append("note: %s%n".formatted(warning)));
    judged.forEach(expectation ->
        text.append(
            "%s: %s (%s)%n"
                .formatted(
                    expectation.met() ? "met" : "MISSED",
                    expectation.expected(),
                    expectation.found())));
    text.append("report: %s%n".formatted(report));
    return text.toString();
  }

  private String line(ProbeFigures.Level level) {
    Interference.ShortRun open = level.measured().open();
    return "%4d  %8s  %5s  %8s  %8s  %8s  %8s  %9s  %8d  %8s  %8s  %5s%n"
        .formatted(
            level.longOnes(),
            Wording.rate(level.rate()),
            part(level.retention()),
            percentile(level.responseSeconds(50)),
            percentile(level.responseSeconds(99)),
            percentile(level.responseSeconds(99.9)),
            Wording.seconds(open.longestStallMillis() / 1e3),
            recovered(level.measured().recovery()),
            open.failed(),
            percentile(level.serviceSeconds(99)),
            Wording.rate(level.closedRate()),
            part(level.closedRetention()));
  }

  private static String centred(String words, int width) {
    int left = (width - words.length() - 2) / 2;
    int right = width - words.length() - 2 - left;
    return left < 1 ? words : "-".repeat(left) + " " + words + " " + "-".repeat(right);
  }

  private static String part(double retention) {
    return Double.isFinite(retention) ? "%.0f%%".formatted(retention * 100) : "-";
  }

  private static String percentile(double seconds) {
    return Double.isNaN(seconds) ? TOO_FEW : Wording.seconds(seconds);
  }

  private static String recovered(Interference.@Nullable Recovery recovery) {
    if (recovery == null) {
      return "-";
    }
    Double seconds = recovery.seconds();
    return seconds == null
        ? "> " + Wording.seconds(recovery.waitedSeconds())
        : Wording.seconds(seconds);
  }

  private String bar(ProbeFigures.Level level) {
    double longest = level.worstSeconds();
    double most =
        figures.levels().stream()
            .mapToDouble(ProbeFigures.Level::worstSeconds)
            .filter(Double::isFinite)
            .max()
            .orElse(1);
    double span = Math.log(Math.max(most, 10 * SHORTEST_BAR_SECONDS) / SHORTEST_BAR_SECONDS);
    double part = Math.log(Math.max(longest, SHORTEST_BAR_SECONDS) / SHORTEST_BAR_SECONDS) / span;
    int length = Double.isFinite(part) ? Math.max(1, (int) Math.round(part * BAR)) : 0;
    return "%4d  %s %s%n"
        .formatted(
            level.longOnes(),
            "█".repeat(length),
            Double.isNaN(longest) ? "no answer" : Wording.seconds(longest));
  }

  private List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    if (!reasons.isEmpty()) {
      warnings.add("went wrong, short and long: " + ProbeFigures.inWords(reasons));
    }
    for (ProbeFigures.Level level : figures.levels()) {
      Interference.Level measured = level.measured();
      String beside = "beside " + Wording.count(level.longOnes(), "long request");
      if (measured.longRun().withdrawn() > 0) {
        warnings.add(
            "%s: %d had no answer within %s and were given up; the server may still compute them, and what follows may suffer from it"
                .formatted(
                    beside,
                    measured.longRun().withdrawn(),
                    Wording.seconds(options.load().longPatience().toNanos() / 1e9)));
      }
      if (measured.closed().health().saturated()) {
        warnings.add(
            "%s, back to back: the generator was the limit, the server's rate is higher"
                .formatted(beside));
      }
    }
    return warnings;
  }

  // The report.

  Report report() {
    Origin origin = new Origin(directory.name(), options.commandLine());
    return new Report(
        "Probe of " + options.load().service().target(),
        figures.verdict(),
        origin,
        begin,
        facts(),
        List.of(new Figure(latencies(origin), latencyCaption())),
        List.of(interference(origin), quantum(origin)));
  }

  private static String latencyCaption() {
    return "Response times at a fixed rate, from the planned moment of sending: a server that stalls"
        + " cannot hide it by answering fewer requests. A percentile with fewer than ten samples"
        + " beyond it is not drawn.";
  }

  private LineChart latencies(Origin origin) {
    List<Series> lines = new ArrayList<>();
    Map<String, ToDoubleFunction<ProbeFigures.Level>> percentiles = new LinkedHashMap<>();
    percentiles.put("p50", level -> level.responseSeconds(50));
    percentiles.put("p99", level -> level.responseSeconds(99));
    percentiles.put("p99.9", level -> level.responseSeconds(99.9));
    percentiles.put("longest", ProbeFigures.Level::worstSeconds);
    percentiles.forEach((name, value) -> addLine(lines, name, value));
    return new LineChart(
        "Latency of short requests against long ones",
        "For each number of long requests, percentiles of the response time of short ones.",
        longOnes(),
        Axis.log("response time", Unit.SECONDS),
        lines,
        origin);
  }

  private LineChart rates(Origin origin) {
    List<Series> lines = new ArrayList<>();
    addLine(lines, "fixed rate", ProbeFigures.Level::rate);
    addLine(lines, "back to back", ProbeFigures.Level::closedRate);
    return new LineChart(
        "Rate of short requests against long ones",
        "For each number of long requests, how many short ones are answered per second.",
        longOnes(),
        Axis.log("short requests", Unit.of("requests/s")),
        lines,
        origin);
  }

  private static Axis longOnes() {
    return Axis.linear("long requests at a time", Unit.NONE);
  }

  private void addLine(
      List<Series> lines, String name, ToDoubleFunction<ProbeFigures.Level> value) {
    List<Point> points = new ArrayList<>();
    for (ProbeFigures.Level level : figures.levels()) {
      double y = value.applyAsDouble(level);
      points.add(Double.isFinite(y) ? Point.of(level.longOnes(), y) : Point.gap(level.longOnes()));
    }
    if (points.stream().anyMatch(point -> !Double.isNaN(point.y()))) {
      lines.add(new Series(name, points));
    }
  }

  private Chapter interference(Origin origin) {
    Chapter.Builder chapter =
        Chapter.builder("interference", "Short requests beside long ones")
            .question("What do long requests do to the rate and the latency of short ones?")
            .prediction(
                "Of a server that shares its time: short requests keep their rate, and are answered "
                    + "about as quickly as without long ones.")
            .method(method())
            .control(
                "Level 0, without long requests. What is worse there than you know it to be is "
                    + "not interference.")
            .command(options.commandLine())
            .verdict(verdict())
            .exhibit(new Figure(rates(origin)))
            .exhibit(rateTable())
            .exhibit(timeTable())
            .exhibit(outcomes())
            .exhibit(
                new Figure(
                    byPercentile(
                        "Response time by percentile",
                        "at a fixed rate, from the planned time",
                        level -> level.open().response(),
                        origin)))
            .exhibit(closedTable())
            .exhibit(longTable())
            .exhibit(generatorTable());
    for (Expectation.Judged expectation : judged) {
      String sentence = "Expected %s: %s.".formatted(expectation.expected(), expectation.found());
      chapter.verdict(expectation.met() ? Verdict.holds(sentence) : Verdict.differs(sentence));
    }
    figures.invalid().forEach(reason -> chapter.note(Note.warning(reason)));
    warnings().forEach(warning -> chapter.note(Note.warning(warning)));
    chapter.cost(
        "A probe sees one address from one machine: what a load balancer, another process on the "
            + "same cores or the network adds is in these figures. docs/probe.md says what else it "
            + "cannot see.");
    chapter.file("probe.json");
    return chapter.build();
  }

  private Verdict verdict() {
    return switch (figures.finding()) {
      case OVERTAKE -> Verdict.holds(figures.verdict());
      case SLOWED, STOPPED -> Verdict.differs(figures.verdict());
      case INVALID, NOTHING -> Verdict.unknown(figures.verdict());
    };
  }

  private String method() {
    Interference.Options load = options.load();
    return ("Short: %s. Long: %s. For each number of long requests, always that many under way over "
            + "connections of their own: short ones at random moments, %s on average, for %s (open "
            + "loop); then back to back over %s for %s, at most %,d (closed loop); then one at a time "
            + "for %s. Then no long one is sent any more, those under way may end, and the open loop "
            + "begins again until short ones are calm.")
        .formatted(
            options.shortOne(),
            options.longOne(),
            Wording.rate(load.perSecond()),
            Wording.seconds(load.open().toNanos() / 1e9),
            Wording.count(load.connections(), "connection"),
            Wording.seconds(load.closed().toNanos() / 1e9),
            Interference.Options.MOST_CLOSED,
            Wording.seconds(load.closed().toNanos() / 1e9));
  }

  private Table rateTable() {
    List<List<Cell>> rows = new ArrayList<>();
    for (ProbeFigures.Level level : figures.levels()) {
      Interference.ShortRun open = level.measured().open();
      rows.add(
          List.of(
              Cell.count(level.longOnes()),
              Cell.number(level.rate(), RATE),
              share(level.retention()),
              Cell.number(open.longestStallMillis() / 1e3, Unit.SECONDS),
              Cell.count(open.failed()),
              recoveryCell(level.measured().recovery())));
    }
    return new Table(
        "Short requests at a fixed rate",
        "Stall: somebody waited and nobody was answered. Recovery: from the last long request's end "
            + "until short ones are calm.",
        List.of(
            Table.Column.number("long"),
            Table.Column.number("answered"),
            Table.Column.number("retention"),
            Table.Column.number("longest stall"),
            Table.Column.number("failed"),
            Table.Column.number("recovery")),
        rows);
  }

  private Table timeTable() {
    List<List<Cell>> rows = new ArrayList<>();
    for (ProbeFigures.Level level : figures.levels()) {
      rows.add(
          List.of(
              Cell.count(level.longOnes()),
              time(level.responseSeconds(50)),
              time(level.responseSeconds(99)),
              time(level.responseSeconds(99.9)),
              time(level.worstSeconds()),
              time(level.serviceSeconds(50)),
              time(level.serviceSeconds(99)),
              time(level.serviceSeconds(99.9))));
    }
    return new Table(
        "Their response time and their service time",
        "Response time counts from the planned moment, as a user sees it; service time from the "
            + "moment of sending, as the server's own log would have it. Where they differ, requests "
            + "waited for a connection that others kept busy.",
        List.of(
            Table.Column.number("long"),
            Table.Column.number("response p50"),
            Table.Column.number("p99"),
            Table.Column.number("p99.9"),
            Table.Column.number("longest"),
            Table.Column.number("service p50"),
            Table.Column.number("p99"),
            Table.Column.number("p99.9")),
        rows);
  }

  private static Cell time(double seconds) {
    return Double.isNaN(seconds) ? Cell.missing(TOO_FEW) : Cell.number(seconds, Unit.SECONDS);
  }

  private static Cell share(double fraction) {
    return Double.isFinite(fraction)
        ? Cell.number(fraction, Unit.FRACTION)
        : Cell.missing("none answered while calm");
  }

  private static Cell recoveryCell(Interference.@Nullable Recovery recovery) {
    if (recovery == null) {
      return Cell.text("–");
    }
    Double seconds = recovery.seconds();
    return seconds == null
        ? Cell.missing("not within " + Wording.seconds(recovery.waitedSeconds()))
        : Cell.number(seconds, Unit.SECONDS);
  }

  private Table outcomes() {
    List<List<Cell>> rows = new ArrayList<>();
    for (ProbeFigures.Level level : figures.levels()) {
      Interference.ShortRun open = level.measured().open();
      rows.add(
          List.of(
              Cell.count(level.longOnes()),
              Cell.count(open.planned()),
              Cell.count(open.ok()),
              failed(open, Outcome.ERROR),
              failed(open, Outcome.TIMEOUT),
              failed(open, Outcome.REFUSED),
              Cell.count(open.unanswered())));
    }
    return new Table(
        "What became of them",
        "With the median time it took for those that failed, which is in no percentile above. What "
            + "was unanswered in the end counts above with its age, if that exceeds the median.",
        List.of(
            Table.Column.number("long"),
            Table.Column.number("planned"),
            Table.Column.number("ok"),
            Table.Column.number("error"),
            Table.Column.number("timeout"),
            Table.Column.number("refused"),
            Table.Column.number("unanswered")),
        rows);
  }

  private static Cell failed(Interference.ShortRun run, Outcome outcome) {
    Histogram times = run.failures().get(outcome);
    return times == null
        ? Cell.count(0)
        : Cell.text(
            "%,d, after %s"
                .formatted(
                    times.getTotalCount(), Wording.seconds(times.getValueAtPercentile(50) / 1e9)));
  }

  private PercentileChart byPercentile(
      String title,
      String how,
      java.util.function.Function<Interference.Level, Histogram> latencies,
      Origin origin) {
    List<Series> lines = new ArrayList<>();
    for (ProbeFigures.Level level : figures.levels()) {
      Histogram histogram = latencies.apply(level.measured());
      if (histogram.getTotalCount() > 0) {
        List<Point> points = new ArrayList<>();
        for (double percentile : PERCENTILES) {
          if (LatencyFigures.enoughFor(percentile, histogram.getTotalCount())) {
            points.add(Point.of(percentile, histogram.getValueAtPercentile(percentile) / 1e9));
          }
        }
        points.add(Point.of(100, histogram.getMaxValue() / 1e9));
        lines.add(new Series(level.longOnes() + " long", points));
      }
    }
    return new PercentileChart(
        title, "Short requests " + how + ", one line per number of long ones.", lines, origin);
  }

  private Table closedTable() {
    List<List<Cell>> rows = new ArrayList<>();
    for (ProbeFigures.Level level : figures.levels()) {
      Interference.ShortRun closed = level.measured().closed();
      Histogram service = closed.service();
      boolean enough = LatencyFigures.enoughFor(99, service.getTotalCount());
      rows.add(
          List.of(
              Cell.count(level.longOnes()),
              Cell.number(level.closedRate(), RATE),
              share(level.closedRetention()),
              service.getTotalCount() == 0
                  ? Cell.missing("no answer")
                  : Cell.number(service.getValueAtPercentile(50) / 1e9, Unit.SECONDS),
              enough
                  ? Cell.number(service.getValueAtPercentile(99) / 1e9, Unit.SECONDS)
                  : Cell.missing("too few samples"),
              Cell.number(closed.longestStallMillis() / 1e3, Unit.SECONDS),
              Cell.count(closed.failed()),
              Cell.text(closed.health().saturated() ? "the generator" : "the server")));
    }
    return new Table(
        "Short requests back to back",
        "How much the server could do, while clients wait for it: a stalled one is asked less. Its "
            + "latencies are not comparable with those at a fixed rate.",
        List.of(
            Table.Column.number("long"),
            Table.Column.number("answered"),
            Table.Column.number("retention"),
            Table.Column.number("p50"),
            Table.Column.number("p99"),
            Table.Column.number("longest stall"),
            Table.Column.number("failed"),
            Table.Column.text("the limit was")),
        rows);
  }

  private Table longTable() {
    List<List<Cell>> rows = new ArrayList<>();
    for (ProbeFigures.Level level : figures.levels()) {
      Interference.LongRun run = level.measured().longRun();
      if (level.longOnes() > 0) {
        rows.add(
            List.of(
                Cell.count(level.longOnes()),
                Cell.count(run.ok()),
                run.ok() == 0
                    ? Cell.missing("none answered")
                    : Cell.number(run.service().getValueAtPercentile(50) / 1e9, Unit.SECONDS),
                run.ok() == 0
                    ? Cell.missing("none answered")
                    : Cell.number(run.service().getMaxValue() / 1e9, Unit.SECONDS),
                Cell.count(run.failed()),
                Cell.count(run.withdrawn())));
      }
    }
    return new Table(
        "The long requests",
        "The price they pay is here: compare their time with that of a single one.",
        List.of(
            Table.Column.number("at a time"),
            Table.Column.number("answered"),
            Table.Column.number("p50"),
            Table.Column.number("longest"),
            Table.Column.number("failed"),
            Table.Column.number("given up")),
        rows);
  }

  private Table generatorTable() {
    List<List<Cell>> rows = new ArrayList<>();
    for (ProbeFigures.Level level : figures.levels()) {
      GeneratorHealth health = level.measured().open().health();
      Double late = health.lateSendP99Micros();
      Double wait = health.cpuWaitShare();
      rows.add(
          List.of(
              Cell.count(level.longOnes()),
              Cell.number(late == null ? 0 : late / 1e6, Unit.SECONDS),
              Cell.number(health.cpuShare(), Unit.FRACTION),
              wait == null ? Cell.missing("not counted here") : Cell.number(wait, Unit.FRACTION),
              Cell.number(health.longestGcMillis() / 1e3, Unit.SECONDS),
              Cell.text(ProbeFigures.limited(level.measured().open()) ? "the limit" : "kept up")));
    }
    return new Table(
        "The generator itself, at a fixed rate",
        "How late 99 % of its sends were at most, how much of a core its thread used or waited for, "
            + "the longest pause of its garbage collector.",
        List.of(
            Table.Column.number("long"),
            Table.Column.number("late p99"),
            Table.Column.number("computing"),
            Table.Column.number("waiting for a core"),
            Table.Column.number("longest pause"),
            Table.Column.text("so it")),
        rows);
  }

  private Chapter quantum(Origin origin) {
    EffectiveQuantum quantum = figures.quantum();
    return Chapter.builder("quantum", "The effective quantum, as seen from outside")
        .question(
            "How long does the server let a long request run before a short one has its turn?")
        .method(
            "Short requests one at a time, at random moments: they sample the server's state without "
                + "bias (Wolff, Poisson Arrivals See Time Averages, 1982). With time sharing a "
                + "delay is what is left of a quantum, or all of one, however long the long request "
                + "is; without, it is what is left of the long request. Judged beside the fewest "
                + "long requests that delay a fifth of the samples.")
        .command(options.commandLine())
        .exhibit(
            new Figure(
                byPercentile(
                    "Service time, one request at a time",
                    "at random moments, from sending",
                    level -> level.sampled().service(),
                    origin),
                "A quantum is a step that stays at the same height whatever the length of the long "
                    + "request. Repeat with a longer one to be sure."))
        .verdict(
            switch (quantum.kind()) {
              case SEEN, NONE -> Verdict.holds(quantum.sentence());
              case UNTIL_DONE -> Verdict.differs(quantum.sentence());
              case UNKNOWN -> Verdict.unknown(quantum.sentence());
            })
        .build();
  }

  private List<Fact> facts() {
    Interference.Options load = options.load();
    List<Fact> facts = new ArrayList<>();
    facts.add(new Fact("target", load.service().target().toString()));
    facts.add(new Fact("short request", options.shortOne()));
    facts.add(new Fact("long request", options.longOne()));
    facts.add(new Fact("rate", Wording.rate(load.perSecond()) + ", at random moments"));
    facts.add(new Fact("connections", Integer.toString(load.connections())));
    facts.add(new Fact("took", Wording.seconds(took.toMillis() / 1e3)));
    facts.add(new Fact("generator's CPU", machine.cpu()));
    facts.add(new Fact("generator's cores", Integer.toString(machine.cores())));
    facts.add(new Fact("system", machine.os() + ", kernel " + machine.kernel()));
    facts.add(new Fact("JDK", machine.jdk()));
    facts.add(new Fact("commit", machine.commit() + (machine.dirty() ? ", with changes" : "")));
    facts.add(new Fact("load average before", Wording.number(machine.loadAverage())));
    figures.invalid().forEach(reason -> facts.add(new Fact("invalid", reason)));
    return facts;
  }

  // JSON.

  String json() {
    Map<String, Object> quantum = new LinkedHashMap<>();
    EffectiveQuantum seen = figures.quantum();
    quantum.put(
        "kind",
        switch (seen.kind()) {
          case SEEN -> "seen";
          case UNTIL_DONE -> "untilDone";
          case NONE -> "none";
          case UNKNOWN -> "unknown";
        });
    quantum.put("millis", seen.millis());
    quantum.put("longOnes", seen.longOnes());
    quantum.put("samples", seen.samples());
    quantum.put("delayed", seen.delayed());
    quantum.put("p10Millis", seen.p10Millis());
    quantum.put("p50Millis", seen.p50Millis());
    quantum.put("p90Millis", seen.p90Millis());
    quantum.put("longMillis", seen.longMillis());
    quantum.put("sentence", seen.sentence());
    Json result =
        new Json(
            ProbeResult.SCHEMA,
            options.load().service().target().toString(),
            options.shortOne(),
            options.longOne(),
            begin.toString(),
            took.toMillis() / 1e3,
            options.commandLine(),
            figures.perSecond(),
            options.load().connections(),
            figures.invalid().isEmpty(),
            figures.invalid(),
            figures.verdict(),
            quantum,
            figures.levels().stream().map(JsonLevel::of).toList(),
            reasons,
            judged,
            warnings(),
            machine);
    return JsonMapper.builder()
            .addModule(Results.numbers())
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build()
            .writeValueAsString(result)
        + System.lineSeparator();
  }

  private record Json(
      String schema,
      String target,
      String shortRequest,
      String longRequest,
      String startedAt,
      double seconds,
      String command,
      double plannedPerSecond,
      int connections,
      boolean valid,
      List<String> invalid,
      String verdict,
      Map<String, Object> quantum,
      List<JsonLevel> levels,
      Map<String, Long> reasons,
      List<Expectation.Judged> expectations,
      List<String> warnings,
      Machine machine) {}

  private record JsonLevel(
      int longOnes,
      double okPerSecond,
      double retention,
      double closedOkPerSecond,
      double closedRetention,
      JsonRun open,
      JsonRun closed,
      JsonRun sampled,
      JsonLong longRequests,
      Interference.@Nullable Recovery recovery) {
    private static JsonLevel of(ProbeFigures.Level level) {
      Interference.Level measured = level.measured();
      Interference.LongRun longRun = measured.longRun();
      return new JsonLevel(
          level.longOnes(),
          level.rate(),
          level.retention(),
          level.closedRate(),
          level.closedRetention(),
          JsonRun.of(measured.open()),
          JsonRun.of(measured.closed()),
          JsonRun.of(measured.sampled()),
          new JsonLong(
              longRun.ok(),
              longRun.failed(),
              longRun.withdrawn(),
              LatencyFigures.of(longRun.service())),
          measured.recovery());
    }
  }

  private record JsonLong(long ok, long failed, int withdrawn, LatencyFigures service) {}

  private record JsonRun(
      double seconds,
      long planned,
      long ok,
      long error,
      long timeout,
      long refused,
      long unanswered,
      long dropped,
      LatencyFigures response,
      LatencyFigures service,
      Map<String, LatencyFigures> failed,
      double longestStallMillis,
      GeneratorHealth generator) {
    private static JsonRun of(Interference.ShortRun run) {
      Map<String, LatencyFigures> failed = new LinkedHashMap<>();
      for (Outcome outcome : Outcome.values()) {
        Histogram times = run.failures().get(outcome);
        if (times != null) {
          failed.put(outcome.name().toLowerCase(Locale.ROOT), LatencyFigures.of(times));
        }
      }
      return new JsonRun(
          run.seconds(),
          run.planned(),
          run.ok(),
          count(run, Outcome.ERROR),
          count(run, Outcome.TIMEOUT),
          count(run, Outcome.REFUSED),
          run.unanswered(),
          run.dropped(),
          LatencyFigures.of(run.response()),
          LatencyFigures.of(run.service()),
          failed,
          run.longestStallMillis(),
          run.health());
    }

    private static long count(Interference.ShortRun run, Outcome outcome) {
      Histogram times = run.failures().get(outcome);
      return times == null ? 0 : times.getTotalCount();
    }
  }
}
