// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.lab.HogTrials.Load;
import dev.overtake.lab.HogTrials.Phases;
import dev.overtake.load.GeneratorHealth;
import dev.overtake.load.LoadListener;
import dev.overtake.load.Perf2;
import dev.overtake.report.Axis;
import dev.overtake.report.Cell;
import dev.overtake.report.Chapter;
import dev.overtake.report.Figure;
import dev.overtake.report.Interval;
import dev.overtake.report.LineChart;
import dev.overtake.report.Note;
import dev.overtake.report.Point;
import dev.overtake.report.Series;
import dev.overtake.report.Table;
import dev.overtake.report.Unit;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One session for each model, in which one, two and eight hogs come and go: the front page. */
final class OverviewExperiment implements Experiment {
  private static final List<Integer> HOGS = List.of(1, 2, 8);
  private static final int ONE_ROUND = 1;
  private static final Duration OVERHEAD = Duration.ofMillis(1_800);
  private static final Duration SETTLING = Duration.ofMillis(200);
  private static final double LOCKED_OUT = 0.02;
  private static final Unit RATE = Unit.of("/s");

  @Override
  public String id() {
    return "overview";
  }

  @Override
  public String summary() {
    return "rate of short requests while one, two and eight hogs come and go: the front page";
  }

  /** Sequential serves the one who came first and lets no hog in: that looks like a virtue. */
  @Override
  public boolean concerns(Variant variant) {
    return !variant.model().equals("sequential");
  }

  @Override
  public List<Step> plan(Effort effort, int variants) {
    Phases phases = phases(effort);
    return Collections.nCopies(
        variants,
        new Step(
            OVERHEAD.plus(phases.warmup()).plus(SETTLING.multipliedBy(HOGS.size() - 1L)),
            phases.measured().multipliedBy(HOGS.size())));
  }

  @Override
  public Findings run(Bench bench) throws IOException, InterruptedException {
    Phases phases = phases(bench.effort()).paced(bench);
    Trials<Session> trials =
        bench.interleave(
            "hogs that come and go",
            bench.placement(),
            ONE_ROUND,
            bench.variants(),
            variant -> variant.serve("fib"),
            (variant, server, _) -> measure(bench, phases, variant, server));
    return findings(bench, phases, trials);
  }

  private static Phases phases(Effort effort) {
    return effort == Effort.QUICK
        ? Phases.ofMillis(800, 500, 1_000, 500)
        : Phases.ofMillis(1_500, 1_000, 2_500, 1_000);
  }

  private static Session measure(Bench bench, Phases phases, Variant variant, ServerProcess server)
      throws ServerFailure, InterruptedException {
    List<Perf2.Run> runs = new ArrayList<>();
    Duration warmup = phases.warmup();
    for (int hogs : HOGS) {
      int hogN = bench.requests().lasting(phases.hog(new Load(1, hogs)), variant, server);
      Perf2.Options options =
          new Perf2.Options(
              server.target(),
              1,
              1,
              hogs,
              hogN,
              warmup,
              phases.calm(),
              phases.loaded(),
              phases.recovered(),
              HogTrials.INTERVAL);
      try {
        runs.add(new Perf2(options).run(LoadListener.NONE));
      } catch (IOException e) {
        throw new ServerFailure(ServerFailure.reason(e));
      }
      warmup = SETTLING;
    }
    return new Session(runs);
  }

  private Findings findings(Bench bench, Phases phases, Trials<Session> trials) {
    Claim claim = overtakeStandsOut(trials);
    LineChart chart = chart(bench, phases, trials);
    Chapter.Builder chapter =
        Chapter.builder(id(), "The whole story in one picture")
            .claim(
                "Under threads with a lock the long request wins and the short ones starve, though "
                    + "an operating system, left alone, would favour the short ones.")
            .question("Who still gets short answers while one, two and eight long requests run?")
            .prediction(
                "CPython's threads fall at the first hog, the event loop too. Virtual threads hold "
                    + "until there are as many hogs as cores of the server. Threads share with "
                    + "the hogs, the more of them the less. A pool keeps its rate for who is in it. "
                    + "Overtake keeps it for all.")
            .method(
                ("One connection asks for fib(1) again as soon as it has its answer. For each "
                        + "number of hogs: %s calm, %s loaded, %s recovered, on one server. Each hog "
                        + "asks again and again; together they want all of a core and more. One "
                        + "round: perf2 repeats its measurements, this one is a look.")
                    .formatted(
                        Wording.seconds(phases.calm()),
                        Wording.seconds(phases.loaded()),
                        Wording.seconds(phases.recovered())))
            .command(bench.command())
            .note(Note.plain(bench.seating().describe(bench.placement())))
            .note(
                Note.plain(
                    "Left out is sequential, which lets no hog in while its first client stays. The "
                        + "picture is on the front page; it joins the three sessions."))
            .exhibit(table(trials))
            .verdict(claim.verdict());
    return new Findings(
            chapter.build(),
            json(trials),
            List.of(claim),
            summary(trials),
            warnings(trials),
            new Figure(
                chart,
                "Requests that take microseconds, beside requests that take long: one, two, then "
                    + "eight of those at a time. Where a line falls to the bottom, nobody is "
                    + "answered."))
        .answering(answers(trials));
  }

  private static LineChart chart(Bench bench, Phases phases, Trials<Session> trials) {
    double stage = phases.measured().toMillis() / 1e3;
    List<Series> lines = new ArrayList<>();
    for (Trials.Row<Session> row : trials.rows()) {
      if (row.measured()) {
        lines.add(new Series(row.variant().name(), points(row.rounds().getFirst(), stage)));
      }
    }
    List<Interval> intervals = new ArrayList<>();
    for (int i = 0; i < HOGS.size(); i++) {
      double from = i * stage + phases.calm().toMillis() / 1e3;
      intervals.add(
          new Interval(
              from, from + phases.loaded().toMillis() / 1e3, Wording.count(HOGS.get(i), "hog")));
    }
    return new LineChart(
            "Short requests while hogs come and go",
            "For each model, short requests answered per second over time; in the shaded stretches "
                + "one, two and eight long requests run.",
            Axis.linear("time", Unit.SECONDS),
            Axis.log("short requests", Unit.of("requests/s")),
            lines,
            bench.origin())
        .inSteps()
        .withIntervals(intervals);
  }

  private static List<Point> points(Session session, double stage) {
    double shortest = HogTrials.INTERVAL.toMillis() / 2e3;
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < session.runs.size(); i++) {
      double from = i * stage;
      session.runs.get(i).intervals().stream()
          .filter(interval -> interval.startSeconds() >= 0 && interval.seconds() > shortest)
          .forEach(interval ->
              points.add(
                  Point.of(
                      from + interval.startSeconds(), interval.requests() / interval.seconds())));
    }
    return points;
  }

  private static Table table(Trials<Session> trials) {
    List<Table.Column> columns = new ArrayList<>(List.of(Table.Column.text("model")));
    columns.add(Table.Column.number("calm"));
    HOGS.forEach(hogs -> columns.add(Table.Column.number("beside " + Wording.count(hogs, "hog"))));
    List<List<Cell>> rows = new ArrayList<>();
    for (Trials.Row<Session> row : trials.rows()) {
      if (!row.measured()) {
        rows.add(row.missingCells(columns.size()));
        continue;
      }
      Session session = row.rounds().getFirst();
      List<Cell> cells = new ArrayList<>(List.of(Cell.name(row.variant().name())));
      cells.add(Cell.number(session.calm(0), RATE));
      for (int i = 0; i < HOGS.size(); i++) {
        cells.add(Cell.number(session.loaded(i), RATE));
      }
      rows.add(cells);
    }
    return new Table("Short requests a second", "", columns, rows);
  }

  private static Claim overtakeStandsOut(Trials<Session> trials) {
    Rule rule =
        new Rule(
            "overtakeStandsOut",
            "beside eight long requests time sharing keeps more of the short ones than any model "
                + "that lets all of them in",
            "beside eight hogs the retention under overtake is larger than under any other but a "
                + "pool",
            Double.NaN,
            Wording::percent);
    int eight = HOGS.size() - 1;
    Optional<Session> overtake =
        trials.row("overtake").filter(Trials.Row::measured).map(row -> row.rounds().getFirst());
    List<Trials.Row<Session>> others =
        trials.rows().stream()
            .filter(Trials.Row::measured)
            .filter(row -> !row.variant().model().equals("overtake"))
            .filter(row -> !row.variant().model().startsWith("pool"))
            .toList();
    if (overtake.isEmpty() || others.isEmpty()) {
      return rule.unknown("There is nothing to compare.");
    }
    double ours = overtake.get().retention(eight);
    List<String> words =
        others.stream()
            .map(row ->
                "%s %s"
                    .formatted(
                        row.variant().name(),
                        Wording.percent(row.rounds().getFirst().retention(eight))))
            .toList();
    return rule.decided(
        ours,
        others.stream().allMatch(row -> row.rounds().getFirst().retention(eight) < ours),
        "Beside eight hogs overtake keeps %s of its calm rate; %s."
            .formatted(Wording.percent(ours), String.join(", ", words)));
  }

  private static List<String> warnings(Trials<Session> trials) {
    return trials.rows().stream()
        .filter(row -> row.rounds().stream().anyMatch(Session::saturatedWhileLoaded))
        .map(row ->
            "overview, %s: the generator was the limit even beside hogs"
                .formatted(row.variant().name()))
        .toList();
  }

  private static List<Answer> answers(Trials<Session> trials) {
    List<Answer> answers = new ArrayList<>();
    for (Trials.Row<Session> row : trials.rows()) {
      if (row.measured()) {
        Session session = row.rounds().getFirst();
        String locking =
            IntStream.range(0, HOGS.size())
                .filter(i -> session.retention(i) < LOCKED_OUT)
                .mapToObj(i -> Integer.toString(HOGS.get(i)))
                .findFirst()
                .orElse("not even " + HOGS.getLast());
        answers.add(new Answer(Answer.Question.LOCK_OUT, row.variant().name(), locking));
      }
    }
    return answers;
  }

  private static List<Findings.SummaryLine> summary(Trials<Session> trials) {
    List<Findings.SummaryLine> lines = new ArrayList<>();
    for (Trials.Row<Session> row : trials.rows()) {
      String here = row.whyMissing();
      if (row.measured()) {
        Session session = row.rounds().getFirst();
        List<String> rates = new ArrayList<>();
        for (int i = 0; i < HOGS.size(); i++) {
          rates.add(Wording.rate(session.loaded(i)));
        }
        here = "%s; %s".formatted(Wording.rate(session.calm(0)), String.join(", ", rates));
      }
      lines.add(
          new Findings.SummaryLine(row.variant().name() + ": calm; beside 1, 2, 8 hogs", "", here));
    }
    return lines;
  }

  private static Object json(Trials<Session> trials) {
    return new Results(
        HOGS,
        trials.rows().stream()
            .map(row ->
                new VariantResults(
                    row.variant().name(),
                    row.failure(),
                    row.rounds().stream()
                        .flatMap(session -> session.runs.stream())
                        .map(Perf2.Run::result)
                        .toList()))
            .toList());
  }

  /** One variant's session: a run for each number of hogs. */
  record Session(List<Perf2.Run> runs) {
    double calm(int stage) {
      return runs.get(stage).calm().figures().requestsPerSecond();
    }

    double loaded(int stage) {
      return Objects.requireNonNull(runs.get(stage).loaded()).figures().requestsPerSecond();
    }

    /** Of the first stage's calm: the later ones begin with what the last hogs left. */
    double retention(int stage) {
      return loaded(stage) / calm(0);
    }

    boolean saturatedWhileLoaded() {
      return runs.stream()
          .map(run -> Objects.requireNonNull(run.loaded()).health())
          .anyMatch(GeneratorHealth::saturated);
    }
  }

  record VariantResults(String variant, @Nullable String failure, List<Perf2.Result> stages) {}

  record Results(List<Integer> hogs, List<VariantResults> variants) {}
}
