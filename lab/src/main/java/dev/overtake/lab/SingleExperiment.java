// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.report.Axis;
import dev.overtake.report.BarChart;
import dev.overtake.report.Cell;
import dev.overtake.report.Chapter;
import dev.overtake.report.Figure;
import dev.overtake.report.Note;
import dev.overtake.report.Table;
import dev.overtake.report.Unit;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Who is served while somebody else is connected: the article's first observation. */
final class SingleExperiment implements Experiment {
  private static final Duration OVERHEAD = Duration.ofSeconds(1);
  private static final Duration WAIT = Duration.ofMillis(700);
  private static final int HOG_IN_WAITS = 2;
  /* Guards against a hang only: whoever comes late is recorded with the time it took. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  /* One thread watches two clients: the second one, whose time counts, nearly all the time. */
  private static final Duration GLANCE = Duration.ofMillis(20);
  private static final Duration BLINK = Duration.ofMillis(1);
  private static final double WELL_BEFORE = 0.9;
  private static final int SHORT_REQUEST = 1;
  private static final String IDLE = "first client idle";
  private static final String COMPUTING = "first client computing";

  @Override
  public String id() {
    return "single";
  }

  @Override
  public String summary() {
    return "who is served while another client is connected, idle or computing";
  }

  @Override
  public boolean concerns(Variant variant) {
    return true;
  }

  @Override
  public List<Step> plan(Effort effort, int variants) {
    return Collections.nCopies(
        effort.rounds() * variants, new Step(OVERHEAD, WAIT.multipliedBy(1 + HOG_IN_WAITS)));
  }

  @Override
  public Findings run(Bench bench) throws IOException, InterruptedException {
    Duration wait = bench.paced(WAIT);
    Trials<Seen> trials =
        bench.interleave(
            "second client",
            bench.placement(),
            (variant, server, _) -> {
              Duration computing = wait.multipliedBy(HOG_IN_WAITS);
              return look(server, wait, bench.requests().lasting(computing, variant, server));
            });
    return findings(bench, wait, trials);
  }

  /** Sends in a second client while the first is idle, and again while it computes. */
  private static Seen look(ServerProcess server, Duration wait, int hogN)
      throws ServerFailure, InterruptedException {
    try {
      Visit idle = visit(server.address(), wait, 0);
      Visit computing = visit(server.address(), wait, hogN);
      return new Seen(
          idle.answeredSeconds,
          idle.afterLeavingSeconds,
          hogN,
          computing.hogSeconds,
          computing.answeredSeconds,
          computing.afterLeavingSeconds);
    } catch (IOException e) {
      throw new ServerFailure(ServerFailure.reason(e));
    }
  }

  /** Sends in a second client while the first computes {@code hogN}, or is idle if that is 0. */
  private static Visit visit(InetSocketAddress server, Duration wait, int hogN)
      throws IOException, ServerFailure {
    try (Client first = new Client(server)) {
      // Only a client that has had an answer is surely being served, and not in the backlog.
      first.ask(SHORT_REQUEST);
      require(first.awaitAnswer(PATIENCE), "its first client");
      if (hogN > 0) {
        first.ask(hogN);
      }
      try (Client second = new Client(server)) {
        second.ask(SHORT_REQUEST);
        OptionalDouble answered = OptionalDouble.empty();
        double hogSeconds = Double.NaN;
        if (hogN > 0) {
          OptionalDouble computed = OptionalDouble.empty();
          long deadline = System.nanoTime() + PATIENCE.toNanos();
          while (answered.isEmpty() && computed.isEmpty() && System.nanoTime() - deadline < 0) {
            answered = second.awaitAnswer(GLANCE);
            computed = answered.isPresent() ? computed : first.awaitAnswer(BLINK);
          }
          hogSeconds =
              require(computed.isPresent() ? computed : first.awaitAnswer(PATIENCE), "a hog");
        }
        if (answered.isEmpty()) {
          answered = second.awaitAnswer(wait);
        }
        if (answered.isPresent()) {
          return new Visit(answered.getAsDouble(), Double.NaN, hogSeconds);
        }
        first.leave();
        long left = System.nanoTime();
        require(second.awaitAnswer(PATIENCE), "its second client even after the first has left");
        return new Visit(Double.NaN, (System.nanoTime() - left) / 1e9, hogSeconds);
      }
    }
  }

  private static double require(OptionalDouble seconds, String whom) throws ServerFailure {
    return seconds.orElseThrow(() ->
        new ServerFailure(
            "it does not answer %s within %d s".formatted(whom, PATIENCE.toSeconds())));
  }

  private Findings findings(Bench bench, Duration wait, Trials<Seen> trials) {
    List<Claim> claims = List.of(plainServerServesOne(wait, trials), threadsServeAll(wait, trials));
    Chapter.Builder chapter =
        Chapter.builder(id(), "One client at a time")
            .claim(
                "The plain server serves a single client: a second one connects and then sees "
                    + "nothing, even while the first is idle. A thread for each client cures it.")
            .question("Which models answer a second client while a first one is there?")
            .prediction(
                "Sequential answers nobody but the first client until it leaves. All others answer "
                    + "at once while the first is idle; while it computes, virtual threads do not "
                    + "as long as all their carriers compute.")
            .method(
                ("A first client connects, is answered once and stays. A second connects and asks "
                        + "for fib(1); we wait %s for its answer, then let the first leave. The "
                        + "same again while the server computes a request of the first that lasts "
                        + "about %s. %s, fresh servers each time.")
                    .formatted(
                        Wording.seconds(wait),
                        Wording.seconds(HOG_IN_WAITS * wait.toMillis() / 1e3),
                        Wording.count(bench.effort().rounds(), "round")))
            .command(bench.command())
            .note(Note.plain(bench.seating().describe(bench.placement())))
            .exhibit(new Figure(chart(bench, trials)))
            .exhibit(table(wait, trials));
    claims.forEach(claim -> chapter.verdict(claim.verdict()));
    return new Findings(
            chapter.build(), json(wait, trials), claims, summary(trials), List.of(), null)
        .answering(answers(trials));
  }

  private static List<Answer> answers(Trials<Seen> trials) {
    List<Answer> answers = new ArrayList<>();
    for (Trials.Row<Seen> row : trials.rows()) {
      if (row.measured()) {
        boolean alone = row.rounds().stream().anyMatch(seen -> Double.isNaN(seen.idleSeconds));
        answers.add(
            new Answer(Answer.Question.CLIENTS, row.variant().name(), alone ? "1" : "at least 2"));
      }
    }
    return answers;
  }

  private static List<Findings.SummaryLine> summary(Trials<Seen> trials) {
    List<Findings.SummaryLine> lines = new ArrayList<>();
    for (Trials.Row<Seen> row : trials.rows()) {
      String name = row.variant().name();
      if (row.measured()) {
        String article =
            switch (row.variant().model()) {
              case "sequential" -> "nothing";
              case "threads" -> "an answer";
              default -> "";
            };
        lines.add(
            new Findings.SummaryLine(
                name + ": second client, first idle", article, inWords(row, Seen::idleSeconds)));
        lines.add(
            new Findings.SummaryLine(
                name + ": second client, first computing",
                "",
                inWords(row, Seen::computingSeconds)));
      } else {
        lines.add(new Findings.SummaryLine(name, "", row.whyMissing()));
      }
    }
    return lines;
  }

  private static String inWords(Trials.Row<Seen> row, ToDoubleFunction<Seen> answered) {
    Spread spread = row.spread(answered);
    return spread.measured() ? spread.show(Wording::seconds) : "nothing until the first leaves";
  }

  private BarChart chart(Bench bench, Trials<Seen> trials) {
    List<BarChart.Group> groups = new ArrayList<>();
    for (Trials.Row<Seen> row : trials.rows()) {
      groups.add(
          new BarChart.Group(
              row.variant().name(),
              List.of(
                  bar(row, IDLE, Seen::idleSeconds), bar(row, COMPUTING, Seen::computingSeconds))));
    }
    return new BarChart(
        "Time until a second client is answered",
        "For each model, how long a second client waits for its answer while a first one is "
            + "connected and idle, and while it computes.",
        Axis.log("time to the answer", Unit.SECONDS),
        groups,
        bench.origin());
  }

  private static BarChart.Bar bar(
      Trials.Row<Seen> row, String series, ToDoubleFunction<Seen> answered) {
    if (!row.measured()) {
      return BarChart.Bar.missing(series, row.whyMissing());
    }
    Spread spread = row.spread(answered);
    return spread.measured()
        ? BarChart.Bar.spread(series, spread.min(), spread.median(), spread.max())
        : BarChart.Bar.missing(series, "no answer until the first left");
  }

  private static Table table(Duration wait, Trials<Seen> trials) {
    List<List<Cell>> rows = new ArrayList<>();
    for (Trials.Row<Seen> row : trials.rows()) {
      rows.add(
          List.of(
              Cell.name(row.variant().name()),
              cell(row, Seen::idleSeconds, "no answer until the first left"),
              cell(row, Seen::computingSeconds, "no answer until the first left"),
              cell(row, Seen::hogSeconds, "none"),
              cell(row, Seen::afterLeavingSeconds, "answered before")));
    }
    return new Table(
        "Who is answered, and when",
        "Median and range over the rounds. \"No answer\" means none within %s."
            .formatted(Wording.seconds(wait)),
        List.of(
            Table.Column.text("model"),
            Table.Column.number("second client, first idle"),
            Table.Column.number("second client, first computing"),
            Table.Column.number("the first one's computation"),
            Table.Column.number("answer after the first left")),
        rows);
  }

  private static Cell cell(Trials.Row<Seen> row, ToDoubleFunction<Seen> figure, String otherwise) {
    Spread spread = row.spread(figure);
    if (spread.measured()) {
      return Cell.spread(spread.min(), spread.median(), spread.max(), Unit.SECONDS);
    }
    return row.measured() ? Cell.text(otherwise) : Cell.missing(row.whyMissing());
  }

  private static Claim plainServerServesOne(Duration wait, Trials<Seen> trials) {
    Rule rule =
        new Rule(
            "sequentialServesOne",
            "the plain server leaves a second client without an answer",
            "no round saw an answer within %s while the first client was idle"
                .formatted(Wording.seconds(wait)),
            Double.NaN,
            Wording::seconds);
    return judge(
        rule,
        trials,
        "sequential",
        row -> {
          int unanswered = count(row, seen -> Double.isNaN(seen.idleSeconds));
          Spread after = row.spread(Seen::idleAfterLeavingSeconds);
          return "%s left the second client without an answer in %d of %s%s"
              .formatted(
                  row.variant().title(),
                  unanswered,
                  Wording.count(row.rounds().size(), "round"),
                  after.measured()
                      ? ", and answered it %s after the first had left"
                          .formatted(Wording.seconds(after.median()))
                      : "");
        },
        seen -> Double.isNaN(seen.idleSeconds));
  }

  private static Claim threadsServeAll(Duration wait, Trials<Seen> trials) {
    Rule rule =
        new Rule(
            "threadsServeAll",
            "with a thread for each client all are served",
            ("every round saw the second client answered within %s beside an idle first one, and "
                    + "beside a computing one before %s of its time had passed")
                .formatted(Wording.seconds(wait), Wording.percent(WELL_BEFORE)),
            Double.NaN,
            Wording::seconds);
    return judge(
        rule,
        trials,
        "threads",
        row ->
            "%s answered the second client after %s beside an idle first one, after %s beside a computing one"
                .formatted(
                    row.variant().title(),
                    row.spread(Seen::idleSeconds).show(Wording::seconds),
                    row.spread(Seen::computingSeconds).show(Wording::seconds)),
        seen ->
            !Double.isNaN(seen.idleSeconds)
                && seen.computingSeconds < WELL_BEFORE * seen.hogSeconds);
  }

  /** Judges all servers of a model, ours and CPython's: each round must show it. */
  private static Claim judge(
      Rule rule,
      Trials<Seen> trials,
      String model,
      Function<Trials.Row<Seen>, String> inWords,
      Predicate<Seen> shown) {
    List<Trials.Row<Seen>> rows =
        trials.rows().stream()
            .filter(row -> row.variant().model().equals(model) && row.measured())
            .toList();
    if (rows.isEmpty()) {
      return rule.unknown("No server under %s could be measured.".formatted(model));
    }
    return rule.decided(
        Double.NaN,
        rows.stream().allMatch(row -> row.rounds().stream().allMatch(shown)),
        rows.stream().map(inWords).collect(Collectors.joining("; ", "", ".")));
  }

  private static int count(Trials.Row<Seen> row, Predicate<Seen> what) {
    return (int) row.rounds().stream().filter(what).count();
  }

  private static Object json(Duration wait, Trials<Seen> trials) {
    return new Results(
        wait.toMillis() / 1e3,
        trials.rows().stream()
            .map(row ->
                new VariantResults(
                    row.variant().name(),
                    row.variant().serve("fib"),
                    row.failure(),
                    List.copyOf(row.rounds())))
            .toList());
  }

  /** One visit of a second client; seconds, NaN where it did not come to that. */
  private record Visit(double answeredSeconds, double afterLeavingSeconds, double hogSeconds) {}

  /**
   * What one round of one variant showed; seconds, NaN where it did not come to that.
   *
   * @param idleSeconds until the second client was answered beside an idle first one
   * @param idleAfterLeavingSeconds or else, after the first had left
   * @param hogN what the first client's computation was
   * @param hogSeconds how long that took
   * @param computingSeconds until the second client was answered beside a computing first one
   * @param computingAfterLeavingSeconds or else, after the first had left
   */
  record Seen(
      double idleSeconds,
      double idleAfterLeavingSeconds,
      int hogN,
      double hogSeconds,
      double computingSeconds,
      double computingAfterLeavingSeconds) {
    double afterLeavingSeconds() {
      return Double.isNaN(idleAfterLeavingSeconds)
          ? computingAfterLeavingSeconds
          : idleAfterLeavingSeconds;
    }
  }

  record VariantResults(
      String variant, List<String> command, @Nullable String failure, List<Seen> rounds) {}

  record Results(double waitSeconds, List<VariantResults> variants) {}
}
