// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.report.Axis;
import dev.overtake.report.Cell;
import dev.overtake.report.Chapter;
import dev.overtake.report.Figure;
import dev.overtake.report.LineChart;
import dev.overtake.report.Note;
import dev.overtake.report.Series;
import dev.overtake.report.Table;
import dev.overtake.report.Unit;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.DoublePredicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Several processes on one port: whom do they serve while some or all of them are busy? */
final class PreforkExperiment implements Experiment {
  static final int MANY_HOGS = 64;

  private static final int OVERTAKE_PROCESSES = 2;
  private static final Duration OVERHEAD = Duration.ofMillis(3_500);
  private static final Duration WINDOW = Duration.ofMillis(400);

  /** Beside many hogs, whatever the pace: each of them has its quantum first. */
  private static final Duration LONG_WINDOW = Duration.ofSeconds(1);

  /* How long the hogs go on, so that they all run while the short requests are counted. */
  private static final int HOGS_IN_WINDOWS = 2;
  private static final Duration ONE_OF_MANY = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int WARMUP_REQUESTS = 300;
  private static final int WARMUP_N = 25;
  private static final int SHORT_REQUEST = 1;
  private static final Unit RATE = Unit.of("/s");

  @Override
  public String id() {
    return "prefork";
  }

  @Override
  public String summary() {
    return "who is served by several processes while some or all of them are busy";
  }

  @Override
  public boolean concerns(Variant variant) {
    return processes(variant) > 0;
  }

  /** How many processes a variant is measured with; 0 if it is not. */
  private static int processes(Variant variant) {
    return switch (variant.model()) {
      case "sequential" -> Article.PREFORK_PROCESSES;
      case "overtake" -> OVERTAKE_PROCESSES;
      default -> 0;
    };
  }

  @Override
  public List<Step> plan(Effort effort, int variants) {
    Duration timed = WINDOW.multipliedBy((1L + HOGS_IN_WINDOWS) * (hogs(effort).size() - 1));
    return Collections.nCopies(
        effort.rounds() * variants, new Step(OVERHEAD.plus(LONG_WINDOW), timed));
  }

  private static List<Integer> hogs(Effort effort) {
    int all = Article.PREFORK_PROCESSES;
    return effort == Effort.QUICK
        ? List.of(0, all - 1, all)
        : IntStream.rangeClosed(0, all).boxed().toList();
  }

  @Override
  public Findings run(Bench bench) throws IOException, InterruptedException {
    int cores = bench.seating().serverCores(bench.placement()).size();
    Duration window = bench.paced(WINDOW);
    Trials<Round> trials =
        bench.interleave(
            "hogs",
            bench.placement(),
            bench.variants().stream().map(PreforkExperiment::preforked).toList(),
            PreforkExperiment::command,
            (variant, server, _) -> measure(bench, cores, window, variant, server));
    return findings(bench, window, trials);
  }

  private static Variant preforked(Variant variant) {
    return new Variant(
        "%s × %d".formatted(variant.name(), processes(variant)),
        variant.command(),
        variant.model(),
        variant.kind());
  }

  private static List<String> command(Variant variant) {
    return Stream.concat(
            variant.serve("fib").stream(),
            Stream.of("--processes", String.valueOf(processes(variant))))
        .toList();
  }

  private static Round measure(
      Bench bench, int cores, Duration window, Variant variant, ServerProcess server)
      throws ServerFailure, InterruptedException {
    try {
      warmUp(server);
      List<Level> levels = new ArrayList<>();
      for (int hogs : hogs(bench.effort())) {
        Duration each =
            window
                .multipliedBy(HOGS_IN_WINDOWS)
                .multipliedBy(cores)
                .dividedBy(Math.max(cores, hogs));
        int hogN = bench.requests().lasting(each, variant, server);
        levels.add(level(server, hogs, hogN, window));
      }
      if (variant.model().equals("overtake")) {
        // The last ones: what they leave behind ends with the server.
        int hogN = bench.requests().lasting(ONE_OF_MANY, variant, server);
        try (Crowd crowd = Crowd.start(server.address(), MANY_HOGS, hogN)) {
          levels.add(count(server, crowd, MANY_HOGS, hogN, LONG_WINDOW));
        }
      }
      return new Round(levels);
    } catch (IOException e) {
      throw new ServerFailure(ServerFailure.reason(e));
    }
  }

  /** As many connections as there are processes: each process gets one of them. */
  private static void warmUp(ServerProcess server) throws IOException, ServerFailure {
    for (int i = 0; i < Article.PREFORK_PROCESSES; i++) {
      try (Client client = new Client(server.address())) {
        for (int request = 0; request < WARMUP_REQUESTS; request++) {
          client.ask(request % 100 == 0 ? WARMUP_N : SHORT_REQUEST);
          require(client.awaitAnswer(PATIENCE));
        }
      }
    }
  }

  private static Level level(ServerProcess server, int hogs, int hogN, Duration window)
      throws IOException, ServerFailure, InterruptedException {
    try (Crowd crowd = Crowd.start(server.address(), hogs, hogN)) {
      Level level = count(server, crowd, hogs, hogN, window);
      crowd.awaitAllAnswered(PATIENCE);
      return level;
    }
  }

  /** A new client comes after the hogs, and asks as often as it is answered. */
  private static Level count(ServerProcess server, Crowd crowd, int hogs, int hogN, Duration window)
      throws IOException, ServerFailure {
    try (Client client = new Client(server.address())) {
      long begin = System.nanoTime();
      long end = begin + window.toNanos();
      int answered = 0;
      OptionalDouble answer;
      do {
        client.ask(SHORT_REQUEST);
        answer = client.awaitAnswer(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
        answered += answer.isPresent() ? 1 : 0;
      } while (answer.isPresent() && System.nanoTime() - end < 0);
      double afterFirstHog = Double.NaN;
      if (answered == 0) {
        require(client.awaitAnswer(PATIENCE));
        afterFirstHog = crowd.secondsSinceFirstAnswer();
      }
      return new Level(
          hogs, hogN, answered / (window.toNanos() / 1e9), answered == 0, afterFirstHog);
    }
  }

  private static void require(OptionalDouble answer) throws ServerFailure {
    answer.orElseThrow(() ->
        new ServerFailure(
            "it does not answer a short request within %d s".formatted(PATIENCE.toSeconds())));
  }

  private Findings findings(Bench bench, Duration window, Trials<Round> trials) {
    List<Claim> claims = claims(trials);
    Chapter.Builder chapter =
        Chapter.builder(id(), "Several processes on one port")
            .claim(
                "A pre-forked server, eight processes that accept from one socket, needs no pool "
                    + "and nothing passed between processes. But it serves as many clients as it "
                    + "has processes: enough long requests lock all others out until they end.")
            .question("How many long requests does it take until a new client is not served?")
            .prediction(
                "Eight, where each of eight processes serves one client at a time, in CPython and "
                    + "here. Two processes with time sharing are not locked out by "
                    + MANY_HOGS
                    + ".")
            .method(
                ("Clients ask for as many long requests as the chart says, about %s of computing in "
                        + "all. Then a new client comes and asks for fib(1) as often as it is answered, for "
                        + "%s. If it is not answered at all it waits on, and we note how long after the "
                        + "first long request had ended it was. %s, fresh servers each time.")
                    .formatted(
                        Wording.seconds(HOGS_IN_WINDOWS * window.toMillis() / 1e3),
                        Wording.seconds(window),
                        Wording.count(bench.effort().rounds(), "round")))
            .command(bench.command())
            .note(Note.plain(bench.seating().describe(bench.placement())))
            .exhibit(new Figure(chart(bench, trials)))
            .exhibit(table(trials));
    claims.forEach(claim -> chapter.verdict(claim.verdict()));
    List<Answer> answers = new ArrayList<>();
    for (Trials.Row<Round> row : trials.rows()) {
      if (row.measured()) {
        answers.add(
            new Answer(Answer.Question.LOCK_OUT, row.variant().name(), lockOutInWords(row)));
      }
    }
    return new Findings(chapter.build(), json(trials), claims, summary(trials), List.of(), null)
        .answering(answers);
  }

  private static String lockOutInWords(Trials.Row<Round> row) {
    return hogs(row).stream()
        .filter(hogs -> row.rounds().stream().allMatch(round -> round.at(hogs).lockedOut()))
        .findFirst()
        .map(hogs -> "by " + Wording.count(hogs, "hog"))
        .orElseGet(() -> "not by " + Wording.count(hogs(row).getLast(), "hog"));
  }

  private static List<Integer> hogs(Trials.Row<Round> row) {
    return row.rounds().getFirst().levels().stream().map(Level::hogs).toList();
  }

  private static LineChart chart(Bench bench, Trials<Round> trials) {
    List<Series> lines = new ArrayList<>();
    for (Trials.Row<Round> row : trials.rows()) {
      if (row.measured()) {
        lines.add(
            new Series(
                row.variant().name(),
                hogs(row).stream()
                    .filter(hogs -> hogs <= Article.PREFORK_PROCESSES)
                    .map(hogs -> row.spread(rate(hogs)).at(hogs))
                    .toList()));
      }
    }
    return new LineChart(
        "Short requests of a new client, by the number of hogs",
        "For each pre-forked server, how many short requests a second a client gets answered that "
            + "comes while so many long requests run.",
        Axis.linear("long requests under way", Unit.NONE),
        Axis.log("short requests", Unit.of("requests/s")),
        lines,
        bench.origin());
  }

  private static Table table(Trials<Round> trials) {
    List<Table.Column> columns =
        List.of(
            Table.Column.text("server"),
            Table.Column.number("hogs"),
            Table.Column.number("short requests"),
            Table.Column.number("answered after the first hog's end"));
    List<List<Cell>> rows = new ArrayList<>();
    for (Trials.Row<Round> row : trials.rows()) {
      if (!row.measured()) {
        rows.add(row.missingCells(columns.size()));
        continue;
      }
      for (int hogs : hogs(row)) {
        rows.add(
            List.of(
                Cell.name(row.variant().name()),
                Cell.count(hogs),
                row.spread(rate(hogs)).cell(RATE, "none"),
                row.spread(round -> round.at(hogs).secondsAfterFirstHog())
                    .cell(Unit.SECONDS, "not locked out")));
      }
    }
    return new Table(
        "A new client beside long requests", "Median and range over the rounds.", columns, rows);
  }

  private static ToDoubleFunction<Round> rate(int hogs) {
    return round -> round.at(hogs).requestsPerSecond();
  }

  /** The rules; the figures decide. */
  static List<Claim> claims(Trials<Round> trials) {
    int all = Article.PREFORK_PROCESSES;
    List<Claim> claims = new ArrayList<>();
    for (Trials.Row<Round> row : trials.rows()) {
      if (row.variant().model().equals("overtake")) {
        claims.add(
            judge(
                row,
                new Rule(
                    "overtakeIsNotLockedOut",
                    "with time sharing two processes serve a new client beside " + MANY_HOGS,
                    "it is answered more often than by the article's threads beside one hog, %s"
                        .formatted(Wording.rate(Article.PERF2_LOADED_PER_SECOND)),
                    Double.NaN,
                    Wording::rate),
                rate(MANY_HOGS),
                value -> value > Article.PERF2_LOADED_PER_SECOND,
                "%s beside " + Wording.count(MANY_HOGS, "hog")));
        continue;
      }
      String id = row.variant().kind().name().toLowerCase(Locale.ROOT);
      claims.add(
          judge(
              row,
              new Rule(
                  id + "ServesWhileOneIsFree",
                  "while a process is free a new client is served",
                  "it is answered at all",
                  Double.NaN,
                  Wording::rate),
              rate(all - 1),
              value -> value > 0,
              "%s beside " + Wording.count(all - 1, "hog")));
      claims.add(
          judge(
              row,
              new Rule(
                  id + "IsLockedOut",
                  "as many long requests as processes lock everybody else out",
                  "a new client is not answered once while they run",
                  Double.NaN,
                  Wording::rate),
              rate(all),
              value -> value == 0,
              "%s beside " + Wording.count(all, "hog")));
      claims.add(
          judge(
              row,
              new Rule(
                  id + "Recovers",
                  "the lock-out ends as soon as one long request does",
                  "the waiting client is answered within 100 ms",
                  Double.NaN,
                  Wording::seconds),
              round -> round.at(all).secondsAfterFirstHog(),
              value -> value < 0.1,
              "an answer %s after the first hog's"));
    }
    return claims;
  }

  private static Claim judge(
      Trials.Row<Round> row,
      Rule rule,
      ToDoubleFunction<Round> figure,
      DoublePredicate holds,
      String words) {
    String name = row.variant().title();
    Spread measured = row.spread(figure);
    if (!measured.measured()) {
      return rule.unknown(
          "%s: %s.".formatted(name, row.measured() ? "it did not come to that" : row.whyMissing()));
    }
    return rule.decided(
        measured,
        holds,
        "%s gave %s".formatted(name, words.formatted(measured.show(rule.inWords()))));
  }

  private static List<Findings.SummaryLine> summary(Trials<Round> trials) {
    List<Findings.SummaryLine> lines = new ArrayList<>();
    for (Trials.Row<Round> row : trials.rows()) {
      String name = row.variant().name();
      if (!row.measured()) {
        lines.add(new Findings.SummaryLine(name, "", row.whyMissing()));
        continue;
      }
      for (int hogs : List.of(0, hogs(row).getLast())) {
        String article =
            hogs == Article.PREFORK_PROCESSES && row.variant().kind() == Variant.Kind.CPYTHON
                ? "nothing"
                : "";
        lines.add(
            new Findings.SummaryLine(
                "%s: a new client beside %s".formatted(name, Wording.count(hogs, "hog")),
                article,
                row.spread(rate(hogs)).show(Wording::rate)));
      }
      lines.add(new Findings.SummaryLine(name + ": locked out", "", lockOutInWords(row)));
    }
    return lines;
  }

  private static Object json(Trials<Round> trials) {
    return new Results(
        trials.rows().stream()
            .map(row ->
                new VariantResults(
                    row.variant().name(),
                    command(row.variant()),
                    row.failure(),
                    List.copyOf(row.rounds())))
            .toList());
  }

  /**
   * What a new client met beside a number of hogs.
   *
   * @param hogs how many long requests were under way
   * @param hogN what each asked for
   * @param requestsPerSecond how often the new client was answered
   * @param lockedOut whether that was never
   * @param secondsAfterFirstHog if locked out: how long after the first hog's answer it was
   *     answered
   */
  record Level(
      int hogs,
      int hogN,
      double requestsPerSecond,
      boolean lockedOut,
      double secondsAfterFirstHog) {}

  /** One round of one variant. */
  record Round(List<Level> levels) {
    Level at(int hogs) {
      return levels.stream().filter(level -> level.hogs == hogs).findFirst().orElseThrow();
    }
  }

  record VariantResults(
      String variant, List<String> command, @Nullable String failure, List<Round> rounds) {}

  record Results(List<VariantResults> variants) {}
}
