// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.lab.HogTrials.Load;
import dev.overtake.lab.HogTrials.Phases;
import dev.overtake.lab.HogTrials.Round;
import dev.overtake.load.Failures;
import dev.overtake.load.GeneratorHealth;
import dev.overtake.load.LatencyLog;
import dev.overtake.load.LoadListener;
import dev.overtake.load.Perf2;
import dev.overtake.report.Chapter;
import dev.overtake.report.Figure;
import dev.overtake.report.Note;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoublePredicate;
import org.jspecify.annotations.Nullable;

/** What long requests do to short ones: the article's {@code perf2}, its main finding. */
final class Perf2Experiment implements Experiment {
  private static final Load MANY_BESIDE_EIGHT = new Load(32, 8);
  private static final Duration OVERHEAD = Duration.ofSeconds(1);
  /* Both kinds of requests warm up, or the JIT compilers would have most of the loaded phase: the
   * first long ones keep them busy for a third of a second of one core. */
  private static final Duration BRIEF_HOG = Duration.ofMillis(30);
  private static final double STARVED = 0.35;
  private static final double STOPPED = 0.05;
  private static final double KEPT = 0.9;

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
      Duration rehearsal = rehearsal(effort).measured().plus(leftovers(load));
      for (int i = 0; i < effort.rounds() * variants; i++) {
        steps.add(new Step(OVERHEAD.plus(rehearsal).plus(phases.warmup()), phases.measured()));
      }
    }
    return steps;
  }

  @Override
  public Findings run(Bench bench) throws IOException, InterruptedException {
    List<HogTrials> outcomes = new ArrayList<>();
    for (Load load : loads(bench.effort())) {
      Phases phases = phases(bench.effort(), load).paced(bench);
      Trials<Round> trials =
          bench.interleave(
              load.toString(),
              bench.placement(),
              (variant, server, round) -> {
                int briefN = bench.requests().lasting(BRIEF_HOG, variant, server);
                measure(server, load, rehearsal(bench.effort()), briefN);
                Thread.sleep(leftovers(load));
                int hogN = bench.requests().lasting(phases.hog(load), variant, server);
                Round measured = measure(server, load, phases, hogN);
                writeLog(bench, load, variant, round, measured.run());
                return measured;
              });
      outcomes.add(new HogTrials(load, phases, trials));
    }
    return findings(bench, outcomes);
  }

  private static List<Load> loads(Effort effort) {
    return effort == Effort.QUICK
        ? List.of(Article.PERF2_LOAD)
        : List.of(Article.PERF2_LOAD, MANY_BESIDE_EIGHT);
  }

  private static Phases phases(Effort effort, Load load) {
    if (effort == Effort.QUICK) {
      return Phases.ofMillis(400, 1_500, 2_500, 1_500);
    }
    return load.equals(Article.PERF2_LOAD)
        ? Phases.ofMillis(700, 3_000, 5_000, 3_000)
        : Phases.ofMillis(700, 2_000, 4_000, 2_000);
  }

  /** What goes before, and does not count. */
  private static Phases rehearsal(Effort effort) {
    return effort == Effort.QUICK
        ? Phases.ofMillis(0, 100, 500, 100)
        : Phases.ofMillis(0, 500, 1_000, 100);
  }

  /** How long what the rehearsal's hogs abandon is computed, with no load beside it. */
  private static Duration leftovers(Load load) {
    return BRIEF_HOG.multipliedBy(2L * load.hogs());
  }

  /** Puts a server under such a load. */
  static Round measure(ServerProcess server, Load load, Phases phases, int hogN)
      throws ServerFailure, InterruptedException {
    Perf2.Options options =
        new Perf2.Options(
            server.target(),
            1,
            load.connections(),
            load.hogs(),
            hogN,
            phases.warmup(),
            phases.calm(),
            phases.loaded(),
            phases.recovered(),
            HogTrials.INTERVAL);
    try {
      Perf2.Run run = new Perf2(options).run(LoadListener.NONE);
      return new Round(
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
                load.connections(),
                load.hogs(),
                variant.name().replaceAll("[^A-Za-z0-9]+", "-"),
                round);
    Path file = bench.directory().raw("histograms", name);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      LatencyLog.write(out, run.startedAt(), run.intervals());
    }
  }

  private Findings findings(Bench bench, List<HogTrials> outcomes) {
    int serverCores = bench.seating().serverCores(bench.placement()).size();
    List<Claim> claims = claims(serverCores, outcomes);
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
                    + "out: with as many hogs as carriers they stop, and so does the event loop. "
                    + "Overtake keeps its rate. Sequential and a full pool keep theirs, too, "
                    + "because the hogs are never let in.")
            .method(method(bench, outcomes))
            .control(control(outcomes))
            .command(bench.command())
            .note(Note.plain(bench.seating().describe(bench.placement())));
    for (HogTrials outcome : outcomes) {
      HogExhibits exhibits = new HogExhibits(outcome, bench.origin());
      chapter
          .exhibit(new Figure(exhibits.overTime()))
          .exhibit(new Figure(exhibits.retention()))
          .exhibit(new Figure(exhibits.byPercentile()))
          .exhibit(exhibits.table());
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
            new Figure(new HogExhibits(outcomes.getFirst(), bench.origin()).overTime()))
        .answering(answers(outcomes.getFirst()));
  }

  private static List<Answer> answers(HogTrials outcome) {
    List<Answer> answers = new ArrayList<>();
    for (Trials.Row<Round> row : outcome.trials().rows()) {
      Spread retention = row.spread(Round::retention);
      if (retention.measured()) {
        String name = row.variant().name();
        Spread stall = row.spread(round -> round.loaded().figures().longestStallMillis() / 1e3);
        answers.add(
            new Answer(Answer.Question.RETENTION, name, Wording.percent(retention.median())));
        answers.add(new Answer(Answer.Question.STALL, name, Wording.seconds(stall.median())));
      }
    }
    return answers;
  }

  private static String method(Bench bench, List<HogTrials> outcomes) {
    StringBuilder text =
        new StringBuilder(
            "Each connection asks for fib(1) again as soon as it has its answer (a closed loop), "
                + "over warm-up, calm, loaded (the hogs compute, one request after the other) "
                + "and recovered. The warm-up does not count, nor does a first, short run of all "
                + "this with brief hogs. ");
    for (HogTrials outcome : outcomes) {
      Phases phases = outcome.phases();
      text.append(
          "%s: %s of warm-up, then %s, %s and %s; a hog asks for %s, about %s of CPU time. "
              .formatted(
                  sentenceCase(outcome.load().toString()),
                  Wording.seconds(phases.warmup()),
                  Wording.seconds(phases.calm()),
                  Wording.seconds(phases.loaded()),
                  Wording.seconds(phases.recovered()),
                  hogsInWords(outcome),
                  Wording.seconds(phases.hog(outcome.load()))));
    }
    return text.append(
            "%s, the variants in turn, fresh servers each time."
                .formatted(Wording.count(bench.effort().rounds(), "round")))
        .toString();
  }

  private static String hogsInWords(HogTrials outcome) {
    List<String> words = new ArrayList<>();
    for (Variant.Kind kind : Variant.Kind.values()) {
      outcome.trials().rows().stream()
          .filter(row -> row.variant().kind() == kind && !row.variant().marked() && row.measured())
          .findFirst()
          .ifPresent(row ->
              words.add("fib(%d) of %s".formatted(row.rounds().getFirst().hogN(), kind.title())));
    }
    outcome
        .trials()
        .row(Variant.GIL)
        .filter(Trials.Row::measured)
        .ifPresent(row -> words.add("fib(%d) of gil".formatted(row.rounds().getFirst().hogN())));
    return words.isEmpty() ? "nothing" : String.join(", ", words);
  }

  private static String control(List<HogTrials> outcomes) {
    List<Double> ratios = new ArrayList<>();
    for (HogTrials outcome : outcomes) {
      for (Trials.Row<Round> row : outcome.trials().rows()) {
        Spread ratio = row.spread(Round::recovery);
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

  private static List<String> warnings(List<HogTrials> outcomes) {
    List<String> warnings = new ArrayList<>();
    for (HogTrials outcome : outcomes) {
      for (Trials.Row<Round> row : outcome.trials().rows()) {
        String where = "perf2, %s, %s: ".formatted(outcome.load(), row.variant().name());
        if (HogTrials.saturated(row)) {
          warnings.add(where + "invalid, the generator was the limit");
        }
        long broken = row.rounds().stream().mapToLong(r -> r.run().failures().total()).sum();
        if (broken > 0) {
          warnings.add(where + Wording.count(broken, "connection") + " failed or broke");
        }
      }
    }
    return warnings;
  }

  private static List<String> costs(List<HogTrials> outcomes) {
    List<String> costs = new ArrayList<>();
    for (HogTrials outcome : outcomes) {
      List<String> lockedOut =
          outcome.trials().rows().stream()
              .filter(row -> row.measured())
              .filter(row -> row.rounds().stream().allMatch(r -> r.hogs().answered() == 0))
              .map(row -> row.variant().name())
              .toList();
      if (!lockedOut.isEmpty()) {
        costs.add(
            "%s: no hog had an answer while loaded under %s."
                .formatted(sentenceCase(outcome.load().toString()), String.join(", ", lockedOut)));
      }
    }
    return costs;
  }

  /** The rules; the figures decide. */
  static List<Claim> claims(int serverCores, List<HogTrials> outcomes) {
    List<Claim> claims = new ArrayList<>();
    HogTrials articles = outcomes.getFirst();
    claims.add(
        judge(
            articles,
            Variant.CPYTHON_THREADS,
            Side.BELOW,
            STARVED,
            "cpythonStarves",
            "beside one long request CPython's threads lose more than 99 % of their rate",
            Article.PERF2_RETENTION));
    claims.add(
        judge(
            articles,
            "threads",
            Side.ABOVE,
            STARVED,
            "javaThreadsKeep",
            "an operating system favours short work, so threads without such a lock do not starve",
            Double.NaN));
    claims.add(
        judge(
            articles,
            Variant.GIL,
            Side.BELOW,
            STARVED,
            "gilStarves",
            "it is the lock: under one of the same kind Java's threads starve as well",
            Double.NaN));
    for (HogTrials outcome : outcomes) {
      int hogs = outcome.load().hogs();
      if (hogs >= serverCores) {
        claims.add(
            judge(
                outcome,
                "virtual",
                Side.BELOW,
                STOPPED,
                "virtualThreadsStopBeside" + hogs,
                "virtual threads are not time-shared: as many hogs as carriers stop all others",
                Double.NaN));
        claims.add(
            judge(
                outcome,
                "event-loop",
                Side.BELOW,
                STOPPED,
                "eventLoopStopsBeside" + hogs,
                "an event loop serves nobody while a handler computes",
                Double.NaN));
      }
      claims.add(
          judge(
              outcome,
              "overtake",
              Side.ABOVE,
              KEPT,
              "overtakeKeepsBeside" + hogs,
              "with time sharing short requests keep their rate",
              Double.NaN));
    }
    return claims;
  }

  private static Claim judge(
      HogTrials outcome,
      String variant,
      Side side,
      double limit,
      String id,
      String finding,
      double article) {
    String holdsIf = "retention is %s %s".formatted(side.word, Wording.percent(limit));
    Rule rule = new Rule(id, finding, holdsIf, article, Wording::percent);
    Optional<Trials.Row<Round>> found = outcome.trials().row(variant);
    if (found.isEmpty()) {
      return rule.unknown("%s was left out.".formatted(variant));
    }
    Trials.Row<Round> row = found.get();
    String name = row.variant().title();
    Spread retention = row.spread(Round::retention);
    if (!retention.measured()) {
      return rule.unknown(
          "%s could not be measured: %s.".formatted(name, HogTrials.whyNoRetention(row)));
    }
    String figures =
        "%s gave %s calm and %s beside %s, a retention of %s"
            .formatted(
                name,
                Wording.rate(row.spread(Round::calmRate).median()),
                Wording.rate(row.spread(Round::loadedRate).median()),
                outcome.load().hogsInWords(),
                retention.show(Wording::percent));
    DoublePredicate holds = side == Side.BELOW ? value -> value < limit : value -> value > limit;
    if (HogTrials.saturated(row)) {
      // A server that could do more when calm retains less than was measured: still below.
      boolean certain =
          side == Side.BELOW && holds.test(retention.max()) && !HogTrials.saturatedWhileLoaded(row);
      return certain
          ? rule.decided(
              retention.median(), true, figures + " at most, for the generator was calm's limit.")
          : rule.spoilt(figures + ", but the generator was the limit.");
    }
    return rule.decided(retention, holds, figures);
  }

  /** On which side of its limit a figure must lie. */
  private enum Side {
    BELOW("below"),
    ABOVE("above");

    private final String word;

    Side(String word) {
      this.word = word;
    }
  }

  private static List<Findings.SummaryLine> summary(HogTrials outcome) {
    List<Findings.SummaryLine> lines = new ArrayList<>();
    for (Trials.Row<Round> row : outcome.trials().rows()) {
      String name = row.variant().name() + ", " + outcome.load();
      boolean asInArticle =
          outcome.load().equals(Article.PERF2_LOAD)
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
      lines.add(
          line(
              name + ": calm",
              asInArticle ? Wording.rate(Article.PERF2_CALM_PER_SECOND) : "",
              row.spread(Round::calmRate).show(Wording::rate)));
      lines.add(
          line(
              name + ": loaded",
              asInArticle ? Wording.rate(Article.PERF2_LOADED_PER_SECOND) : "",
              row.spread(Round::loadedRate).show(Wording::rate)));
      lines.add(
          line(
              name + ": retention",
              asInArticle ? Wording.percent(Article.PERF2_RETENTION) : "",
              row.spread(Round::retention).show(Wording::percent)
                  + "; "
                  + HogTrials.generatorInWords(row)));
    }
    return lines;
  }

  private static Findings.SummaryLine line(String what, String article, String here) {
    return new Findings.SummaryLine(what, article, here);
  }

  private static Object json(List<HogTrials> outcomes) {
    return new Results(
        outcomes.stream()
            .map(outcome ->
                new LoadResults(
                    outcome.load().connections(),
                    outcome.load().hogs(),
                    outcome.trials().rows().stream().map(Perf2Experiment::variantResults).toList()))
            .toList());
  }

  private static VariantResults variantResults(Trials.Row<Round> row) {
    return new VariantResults(
        row.variant().name(),
        row.variant().serve("fib"),
        row.failure(),
        row.spread(Round::calmRate),
        row.spread(Round::loadedRate),
        row.spread(Round::retention),
        row.rounds().stream()
            .map(round ->
                new RoundResults(
                    round.run().result(),
                    round.run().calm().servedConnections(),
                    round.hogs().answered(),
                    round.run().failures(),
                    round.run().health(),
                    round.serverCpuSeconds(),
                    round.serverResidentBytes()))
            .toList());
  }

  private static String sentenceCase(String words) {
    return Character.toUpperCase(words.charAt(0)) + words.substring(1);
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
