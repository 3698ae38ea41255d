// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.load.GeneratorHealth;
import dev.overtake.load.Perf1;
import dev.overtake.load.Target;
import dev.overtake.report.Axis;
import dev.overtake.report.Cell;
import dev.overtake.report.Chapter;
import dev.overtake.report.Figure;
import dev.overtake.report.LineChart;
import dev.overtake.report.Note;
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
import java.util.function.DoublePredicate;
import org.jspecify.annotations.Nullable;

/** Whether clients that compute slow each other down: the article's {@code perf1}. */
final class Perf1Experiment implements Experiment {
  private static final List<Integer> CLIENTS = List.of(1, 2, 4);
  private static final Duration OVERHEAD = Duration.ofMillis(1_200);
  private static final Duration WARMUP = Duration.ofMillis(400);
  private static final Duration QUICK_LOAD = Duration.ofSeconds(1);
  private static final Duration FULL_LOAD = Duration.ofMillis(1_500);
  /* Long beside a thread switch, short beside a round: 20 samples and more from one client. */
  private static final Duration REQUEST = Duration.ofMillis(40);
  private static final Unit TIMES = Unit.of("×");
  private static final int LEAST_SAMPLES = 5;
  private static final double DOUBLED = 1.6;
  private static final double UNAFFECTED = 1.4;

  @Override
  public String id() {
    return "perf1";
  }

  @Override
  public String summary() {
    return "latency of computing requests against the number of clients that send them";
  }

  @Override
  public List<Step> plan(Effort effort, int variants) {
    return Collections.nCopies(
        effort.rounds() * variants,
        new Step(OVERHEAD.plus(WARMUP), load(effort).multipliedBy(CLIENTS.size())));
  }

  @Override
  public Findings run(Bench bench) throws IOException, InterruptedException {
    try (KeepAwake.Pause _ = bench.withoutSpinners()) {
      Trials<Latencies> trials =
          bench.interleave(
              "computing clients",
              Placement.SHARED,
              (variant, server, _) -> {
                int n = bench.requests().lasting(REQUEST, variant, server);
                return measure(bench, server.target(), n);
              });
      return findings(bench, trials);
    }
  }

  private static Duration load(Effort effort) {
    return effort == Effort.QUICK ? QUICK_LOAD : FULL_LOAD;
  }

  private static Latencies measure(Bench bench, Target target, int n)
      throws ServerFailure, InterruptedException {
    try {
      new Perf1(new Perf1.Options(target, n, 1, WARMUP)).run(_ -> {});
      List<Perf1.Result> results = new ArrayList<>();
      List<Integer> served = new ArrayList<>();
      List<GeneratorHealth> health = new ArrayList<>();
      for (int clients : CLIENTS) {
        Duration duration = bench.paced(load(bench.effort()));
        Perf1.Run run = new Perf1(new Perf1.Options(target, n, clients, duration)).run(_ -> {});
        results.add(run.result());
        served.add((int) run.perClient().stream().filter(c -> c.answered() > 0).count());
        health.add(run.health());
      }
      return new Latencies(n, results, served, health);
    } catch (IOException e) {
      throw new ServerFailure(ServerFailure.reason(e));
    }
  }

  private Findings findings(Bench bench, Trials<Latencies> trials) {
    int cores = bench.seating().all().size();
    List<Claim> claims =
        List.of(
            twoTakeTwice(
                Variant.CPYTHON_THREADS,
                cores,
                trials,
                "cpythonTakesTwice",
                "two clients take twice as long under CPython's threads, whatever the number of "
                    + "cores",
                Article.PERF1_TWO_TO_ONE),
            twoTakeTwice(
                Variant.GIL,
                cores,
                trials,
                "gilTakesTwice",
                "so do they in Java under such a lock",
                Double.NaN),
            coresAreUsed(cores, trials));
    Chapter.Builder chapter =
        Chapter.builder(id(), "Two clients that compute")
            .claim(
                "fib(30) takes 0.60 to 0.78 s with one client. When a second client asks for the "
                    + "same, both see 1.28 to 1.42 s, though the machine has cores to spare: the "
                    + "global interpreter lock lets one thread compute at a time.")
            .question("How does the latency of a computing request grow with the clients?")
            .prediction(
                ("CPython takes twice as long with two clients and four times with four, and so "
                        + "does gil. Java's other models with several threads take the same as long as there are cores "
                        + "(%s here). Sequential serves the first client only.")
                    .formatted(cores))
            .method(
                ("%s clients, each asking again as soon as it has its answer, for %s each; "
                        + "before that %s of warm-up by one client, which does not count. %s, "
                        + "fresh servers each time. %s")
                    .formatted(
                        CLIENTS.toString().replaceAll("[\\[\\]]", ""),
                        Wording.seconds(bench.paced(load(bench.effort()))),
                        Wording.seconds(WARMUP),
                        Wording.count(bench.effort().rounds(), "round"),
                        requestsInWords(trials)))
            .control(coresAreUsed(cores, trials).sentence())
            .command(bench.command())
            .note(
                Note.plain(
                    "Here "
                        + bench.seating().describe(Placement.SHARED)
                        + ", whatever the option says: the question is about the server's cores, "
                        + "and so few requests cost the generator next to nothing. No spinners: "
                        + "beside one a core does not count as free for a demoted carrier."))
            .exhibit(new Figure(chart(bench, trials)))
            .exhibit(table(trials))
            .cost(
                "On a server with as many computing clients as cores, everything else waits: see "
                    + "perf2.");
    List<String> warnings = new ArrayList<>();
    for (Trials.Row<Latencies> row : trials.rows()) {
      if (row.measured() && saturated(row)) {
        warnings.add("perf1, %s: the generator was the limit".formatted(row.variant().name()));
      }
    }
    warnings.forEach(warning -> chapter.note(Note.warning(warning)));
    claims.forEach(claim -> chapter.verdict(claim.verdict()));
    return new Findings(chapter.build(), json(trials), claims, summary(trials), warnings, null)
        .answering(answers(trials));
  }

  private static List<Answer> answers(Trials<Latencies> trials) {
    List<Answer> answers = new ArrayList<>();
    for (Trials.Row<Latencies> row : trials.rows()) {
      // Half the throughput of two cores is one core.
      Spread cores =
          row.spread(round -> CLIENTS.get(1) * round.medianSeconds(0) / round.medianSeconds(1));
      if (cores.measured()) {
        answers.add(
            new Answer(
                Answer.Question.CORES,
                row.variant().name(),
                served(row, 1) < CLIENTS.get(1) ? "1" : Wording.rough(cores.median())));
      }
    }
    return answers;
  }

  private static String requestsInWords(Trials<Latencies> trials) {
    List<String> words = new ArrayList<>();
    for (Variant.Kind kind : Variant.Kind.values()) {
      trials.rows().stream()
          .filter(row -> row.variant().kind() == kind && !row.variant().marked() && row.measured())
          .findFirst()
          .ifPresent(row ->
              words.add("fib(%d) for %s".formatted(row.rounds().getFirst().n(), kind.title())));
    }
    trials
        .row(Variant.GIL)
        .filter(Trials.Row::measured)
        .ifPresent(row -> words.add("fib(%d) for gil".formatted(row.rounds().getFirst().n())));
    return words.isEmpty()
        ? ""
        : "The request lasts about %s on each: %s."
            .formatted(Wording.seconds(REQUEST), String.join(", ", words));
  }

  private LineChart chart(Bench bench, Trials<Latencies> trials) {
    List<Series> lines = trials.lines(CLIENTS, Perf1Experiment::slowdown);
    return new LineChart(
            "Latency against clients",
            "For each model, the median latency of a computing request with 1, 2 and 4 clients as a "
                + "multiple of its latency with one client.",
            Axis.linear("clients", Unit.NONE),
            Axis.linear("median latency, one client being 1", TIMES),
            lines,
            bench.origin())
        .withReferences(
            List.of(
                new Reference(Article.PERF1_TWO_TO_ONE, "the article, CPython with 2 clients")));
  }

  private static Table table(Trials<Latencies> trials) {
    List<Table.Column> columns = new ArrayList<>();
    columns.add(Table.Column.text("model"));
    columns.add(Table.Column.number("request"));
    CLIENTS.forEach(count -> columns.add(Table.Column.number(Wording.count(count, "client"))));
    columns.add(Table.Column.number("2 clients ÷ 1"));
    columns.add(Table.Column.number("served of " + CLIENTS.getLast()));
    columns.add(Table.Column.text("generator"));
    List<List<Cell>> rows = new ArrayList<>();
    for (Trials.Row<Latencies> row : trials.rows()) {
      rows.add(row.measured() ? cells(row) : row.missingCells(columns.size()));
    }
    rows.add(
        List.of(
            Cell.text(Article.ROW),
            Cell.text("fib(30)"),
            Cell.number(Article.PERF1_ONE_CLIENT_SECONDS, Unit.SECONDS),
            Cell.number(Article.PERF1_TWO_CLIENTS_SECONDS, Unit.SECONDS),
            Cell.text(""),
            Cell.number(Article.PERF1_TWO_TO_ONE, TIMES),
            Cell.text(""),
            Cell.text("")));
    return new Table(
        "Median latency of a computing request",
        "Median and range over the rounds. A client that is never served counts with its wait.",
        columns,
        rows);
  }

  private static List<Cell> cells(Trials.Row<Latencies> row) {
    List<Cell> cells = new ArrayList<>();
    cells.add(Cell.name(row.variant().name()));
    cells.add(Cell.text("fib(" + row.rounds().getFirst().n() + ")"));
    for (int load = 0; load < CLIENTS.size(); load++) {
      cells.add(latency(row, load).cell(Unit.SECONDS, "too few answers"));
    }
    cells.add(slowdown(row, 1).cell(TIMES, "too few answers"));
    cells.add(Cell.count(served(row, CLIENTS.size() - 1)));
    cells.add(Cell.text(generatorInWords(row)));
    return cells;
  }

  private static int served(Trials.Row<Latencies> row, int load) {
    return row.rounds().stream().mapToInt(round -> round.served().get(load)).min().orElse(0);
  }

  private static String generatorInWords(Trials.Row<Latencies> row) {
    double share =
        row.rounds().stream()
            .flatMap(round -> round.health().stream())
            .mapToDouble(GeneratorHealth::cpuShare)
            .max()
            .orElse(0);
    return saturated(row)
        ? "invalid: the generator was the limit"
        : "generator at %s of a core".formatted(Wording.percent(share));
  }

  private static List<Findings.SummaryLine> summary(Trials<Latencies> trials) {
    List<Findings.SummaryLine> lines = new ArrayList<>();
    for (Trials.Row<Latencies> row : trials.rows()) {
      boolean cpython = row.variant().kind() == Variant.Kind.CPYTHON;
      String name = row.variant().name();
      if (!row.measured()) {
        String article = cpython ? Article.PERF1_ONE_CLIENT + ", " + Article.PERF1_TWO_CLIENTS : "";
        lines.add(new Findings.SummaryLine(name + ": 1, 2 clients", article, row.whyMissing()));
        continue;
      }
      String fib = "fib(" + row.rounds().getFirst().n() + ")";
      lines.add(
          new Findings.SummaryLine(
              name + ": " + fib + ", 1 client",
              cpython ? Article.PERF1_ONE_CLIENT : "",
              latency(row, 0).show(Wording::seconds)));
      lines.add(
          new Findings.SummaryLine(
              name + ": " + fib + ", 2 clients",
              cpython ? Article.PERF1_TWO_CLIENTS : "",
              latency(row, 1).show(Wording::seconds)));
      lines.add(
          new Findings.SummaryLine(
              name + ": 2 clients ÷ 1",
              cpython ? Wording.times(Article.PERF1_TWO_TO_ONE) : "",
              slowdown(row, 1).show(Wording::times)
                  + servedInWords(row)
                  + "; "
                  + generatorInWords(row)));
    }
    return lines;
  }

  private static String servedInWords(Trials.Row<Latencies> row) {
    int served = served(row, 1);
    return served == CLIENTS.get(1) ? "" : ", %d of %d served".formatted(served, CLIENTS.get(1));
  }

  private static Claim twoTakeTwice(
      String variant,
      int cores,
      Trials<Latencies> trials,
      String id,
      String finding,
      double article) {
    return slowdownClaim(
        trials.row(variant),
        cores,
        new Rule(
            id,
            finding,
            "the median latency with 2 clients is at least %s that with 1"
                .formatted(Wording.times(DOUBLED)),
            article,
            Wording::times),
        ratio -> ratio >= DOUBLED);
  }

  private static Claim coresAreUsed(int cores, Trials<Latencies> trials) {
    return slowdownClaim(
        trials.row("threads"),
        cores,
        new Rule(
            "javaUsesCores",
            "it is the lock: threads without one use a second core",
            "the median latency with 2 clients is at most %s that with 1"
                .formatted(Wording.times(UNAFFECTED)),
            Double.NaN,
            Wording::times),
        ratio -> ratio <= UNAFFECTED);
  }

  private static Claim slowdownClaim(
      Optional<Trials.Row<Latencies>> found, int cores, Rule rule, DoublePredicate holds) {
    if (found.isEmpty()) {
      return rule.unknown("The variant this is about was left out.");
    }
    Trials.Row<Latencies> row = found.get();
    String name = row.variant().title();
    Spread ratio = slowdown(row, 1);
    if (!ratio.measured()) {
      return rule.unknown(
          "%s could not be measured: %s."
              .formatted(name, row.measured() ? "too few answers" : row.whyMissing()));
    }
    String figures =
        "%s took %s with one client and %s with two, %s"
            .formatted(
                name,
                Wording.seconds(latency(row, 0).median()),
                Wording.seconds(latency(row, 1).median()),
                ratio.show(Wording::times));
    if (saturated(row)) {
      return rule.spoilt(figures + ", but the generator was the limit.");
    }
    if (cores < 2) {
      return rule.unknown(figures + ", which on one core says nothing about locks.");
    }
    return rule.decided(ratio, holds, figures);
  }

  private static Spread latency(Trials.Row<Latencies> row, int load) {
    return row.spread(round -> round.medianSeconds(load));
  }

  private static Spread slowdown(Trials.Row<Latencies> row, int load) {
    return row.spread(round -> round.medianSeconds(load) / round.medianSeconds(0));
  }

  private static boolean saturated(Trials.Row<Latencies> row) {
    return row.rounds().stream()
        .flatMap(round -> round.health().stream())
        .anyMatch(GeneratorHealth::saturated);
  }

  private static Object json(Trials<Latencies> trials) {
    return new Results(
        trials.rows().stream()
            .map(row ->
                new VariantResults(
                    row.variant().name(),
                    row.variant().serve("fib"),
                    row.failure(),
                    slowdown(row, 1),
                    List.copyOf(row.rounds())))
            .toList());
  }

  /**
   * One round of one variant: an entry for each number of clients.
   *
   * @param n what was asked for
   * @param results latencies
   * @param served how many of the clients got an answer at all
   * @param health whether the generator kept up
   */
  record Latencies(
      int n, List<Perf1.Result> results, List<Integer> served, List<GeneratorHealth> health) {
    /** NaN if there are too few answers to speak of a median. */
    double medianSeconds(int load) {
      Perf1.Result result = results.get(load);
      return result.samples() < LEAST_SAMPLES ? Double.NaN : result.medianSeconds();
    }
  }

  record VariantResults(
      String variant,
      List<String> command,
      @Nullable String failure,
      Spread twoClientsToOne,
      List<Latencies> rounds) {}

  record Results(List<VariantResults> variants) {}
}
