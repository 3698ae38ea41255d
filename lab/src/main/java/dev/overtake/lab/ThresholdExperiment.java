// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.load.ClosedMix;
import dev.overtake.load.CostMix;
import dev.overtake.load.LatencyFigures;
import dev.overtake.load.LoadListener;
import dev.overtake.load.OpenLoop;
import dev.overtake.load.Perf2;
import dev.overtake.load.Target;
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
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** From which n on a trip to a pool is worth it, and who finds that out without being told. */
final class ThresholdExperiment implements Experiment {
  private static final String POOL = "processes:4";
  private static final String LEARNED = "learned," + POOL;
  private static final List<Integer> ALL = List.of(0, 10, Article.THRESHOLD, 20, 25, 30);
  private static final List<Integer> FEW = List.of(0, Article.THRESHOLD, 25);

  private static final int GREATEST_SHORT = 15;
  private static final int CONNECTIONS = 32;

  /** A request that takes longer than this part of a load would decide what it shows. */
  private static final double DEAREST_OF_LOAD = 0.1;

  private static final Duration YARDSTICK = Duration.ofMillis(1);
  private static final double GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;

  private static final Duration TURN_WARMUP = Duration.ofMillis(100);
  private static final Duration OVERHEAD = Duration.ofMillis(1_100);
  private static final Duration TRIP = Duration.ofMillis(300);
  private static final double AS_GOOD = 0.95;
  private static final Unit RATE = Unit.of("/s");

  @Override
  public String id() {
    return "threshold";
  }

  @Override
  public String summary() {
    return "rate of mixed requests against the cost from which they leave for a pool";
  }

  @Override
  public boolean concerns(Variant variant) {
    return Computing.concerns(variant);
  }

  @Override
  public List<Step> plan(Effort effort, int variants) {
    int servers = variants * computes(effort, Variant.Kind.OURS).size();
    List<Step> round = new ArrayList<>();
    round.addAll(
        Collections.nCopies(
            servers, new Step(OVERHEAD.plus(warmup(effort, Variant.Kind.OURS)), Duration.ZERO)));
    round.addAll(
        Collections.nCopies(
            turns(effort),
            new Step(
                TURN_WARMUP.multipliedBy(servers),
                load(effort).multipliedBy(servers).dividedBy(turns(effort)))));
    return Collections.nCopies(effort.rounds(), round).stream().flatMap(List::stream).toList();
  }

  private static List<String> computes(Effort effort, Variant.Kind kind) {
    Stream<String> thresholds =
        (effort == Effort.QUICK ? FEW : ALL).stream().map(ThresholdExperiment::threshold);
    // CPython has nothing that learns.
    Stream<String> others =
        kind == Variant.Kind.OURS
            ? Stream.of(Computing.INLINE, LEARNED)
            : Stream.of(Computing.INLINE);
    return Stream.concat(thresholds, others).toList();
  }

  private static String threshold(int k) {
    return "threshold:%d,%s".formatted(k, POOL);
  }

  /** Five JVMs on few cores take a while to compile what a trip runs through. */
  private static Duration warmup(Effort effort, Variant.Kind kind) {
    if (kind == Variant.Kind.CPYTHON) {
      return Duration.ofMillis(300);
    }
    return Duration.ofMillis(effort == Effort.QUICK ? 1_000 : 12_000);
  }

  private static Duration load(Effort effort) {
    return Duration.ofMillis(effort == Effort.QUICK ? 1_000 : 6_000);
  }

  private static int turns(Effort effort) {
    return effort == Effort.QUICK ? 3 : 6;
  }

  @Override
  public Findings run(Bench bench) throws IOException, InterruptedException {
    Computing computing = new Computing();
    bench.variants().forEach(base -> computing.with(base, computes(bench.effort(), base.kind())));
    Trials<Seen> trials =
        bench.sideBySide(
            "mixed requests",
            Placement.SHARED,
            bench.effort().rounds(),
            computing.variants(),
            computing::serve,
            turns(bench.effort()),
            new MixedTurns(bench, computing));
    return findings(bench, computing, trials);
  }

  /**
   * The mix on servers that take turns. A learned limit is compared with the best of several, and
   * one after the other the machine would be another one by then.
   */
  private record MixedTurns(Bench bench, Computing computing)
      implements Bench.Turns<ClosedMix.Run, Seen> {
    @Override
    public void warmUp(Variant variant, ServerProcess server)
        throws ServerFailure, InterruptedException {
      ClosedMix.Run _ = run(variant, server, Duration.ZERO, warmup(bench.effort(), variant.kind()));
    }

    @Override
    public ClosedMix.Run turn(Variant variant, ServerProcess server)
        throws ServerFailure, InterruptedException {
      return run(variant, server, TURN_WARMUP, load().dividedBy(turns(bench.effort())));
    }

    /** Of a round, all turns together. */
    private Duration load() {
      return bench.paced(ThresholdExperiment.load(bench.effort()));
    }

    private int yardstick(Variant variant, ServerProcess server)
        throws ServerFailure, InterruptedException {
      return bench.requests().lasting(YARDSTICK, variant, server);
    }

    private ClosedMix.Run run(
        Variant variant, ServerProcess server, Duration warmup, Duration length)
        throws ServerFailure, InterruptedException {
      List<OpenLoop.RequestClass> mix = mix(yardstick(variant, server), load());
      try {
        return new ClosedMix(
                new ClosedMix.Options(server.target(), mix, CONNECTIONS, warmup, length))
            .run();
      } catch (IOException e) {
        throw new ServerFailure(ServerFailure.reason(e));
      }
    }

    @Override
    public Seen sum(Variant variant, ServerProcess server, List<ClosedMix.Run> turns)
        throws ServerFailure, InterruptedException {
      String compute = computing.computeOf(variant);
      boolean tellsTrip = compute.equals(Computing.INLINE) || compute.equals(threshold(0));
      double one = tellsTrip ? latencyOfOne(server.target()) : Double.NaN;
      int yardstick = yardstick(variant, server);
      server.close();
      List<OpenLoop.RequestClass> mix =
          turns.getFirst().classes().stream().map(ClosedMix.ClassRun::requestClass).toList();
      long[] answered = new long[mix.size()];
      Histogram shortOnes = new Histogram(3);
      for (ClosedMix.Run turn : turns) {
        for (int i = 0; i < answered.length; i++) {
          ClosedMix.ClassRun kind = turn.classes().get(i);
          answered[i] += kind.answered();
          if (kind.requestClass().n() <= GREATEST_SHORT) {
            shortOnes.add(kind.latencies());
          }
        }
      }
      return new Seen(
          yardstick,
          mix,
          Spread.of(turns.stream().map(ClosedMix.Run::requestsPerSecond).toList()).median(),
          LatencyFigures.enoughFor(99, shortOnes.getTotalCount())
              ? shortOnes.getValueAtPercentile(99) / 1e9
              : Double.NaN,
          Arrays.stream(answered).boxed().toList(),
          one,
          compute.equals(LEARNED) ? learned(server) : List.of(),
          turns.stream().mapToLong(turn -> turn.failures().total()).sum(),
          turns.stream().anyMatch(turn -> turn.health().saturated()),
          turns.stream().mapToDouble(turn -> turn.health().cpuShare()).max().orElseThrow());
    }
  }

  /** Seconds to the answer to fib(1) on a server that has nothing else to do, the median. */
  private static double latencyOfOne(Target target) throws ServerFailure, InterruptedException {
    Perf2.Options options =
        Perf2.Options.defaults(target).withWarmup(TRIP.dividedBy(3)).withPhases(TRIP);
    try {
      return new Perf2(options).run(LoadListener.NONE).calm().figures().p50Micros() / 1e6;
    } catch (IOException e) {
      throw new ServerFailure(ServerFailure.reason(e));
    }
  }

  /** What the server says in the end that it has learned. */
  private static List<String> learned(ServerProcess server) throws InterruptedException {
    return server.lastLines().stream().filter(line -> line.startsWith("learned: ")).toList();
  }

  /** Seconds that fib(n) takes to compute, about. */
  static double cost(int n, int yardstick) {
    return YARDSTICK.toNanos() / 1e9 * Math.pow(GOLDEN_RATIO, n - yardstick);
  }

  static List<OpenLoop.RequestClass> mix(int yardstick, Duration load) {
    return CostMix.of(n -> cost(n, yardstick), load.toNanos() / 1e9 * DEAREST_OF_LOAD);
  }

  private Findings findings(Bench bench, Computing computing, Trials<Seen> trials) {
    List<Claim> claims = List.of(articles(computing, trials), learnedIsAsGood(computing, trials));
    List<String> warnings = warnings(trials);
    Chapter.Builder chapter =
        Chapter.builder(id(), "Which requests should leave for a pool")
            .claim(
                "Send only what is known to take long: n > 15 goes to the pool of processes, the "
                    + "rest is computed by the thread that has it.")
            .question(
                "How does the rate of a mix depend on that limit, where does a trip begin to pay, "
                    + "and does somebody who is not told find the limit?")
            .prediction(
                "CPython gains from a pool, as its threads share one core, and loses again if the "
                    + "cheap ones travel: the best limit is in between. Our threads use all cores "
                    + "anyway, so the less travels the better; learned comes within 5 % of the best.")
            .method(
                ("%d connections, each asking again as soon as it has its answer, for n of %s, "
                        + "dealt out evenly. Up to %s of computing all n are equally frequent, "
                        + "above it the rarer the dearer, so that each of those takes the same "
                        + "share of the time; what takes more than %s of the measured time is left "
                        + "out. %s for each limit after %s of warm-up (CPython %s), in %d turns, all "
                        + "servers being up. %s, fresh servers each time. %s")
                    .formatted(
                        CONNECTIONS,
                        CostMix.NUMBERS.toString().replaceAll("[\\[\\]]", ""),
                        Wording.seconds(CostMix.EQUALLY_FREQUENT_UP_TO_SECONDS),
                        Wording.percent(DEAREST_OF_LOAD),
                        Wording.seconds(bench.paced(load(bench.effort()))),
                        Wording.seconds(warmup(bench.effort(), Variant.Kind.OURS).toMillis() / 1e3),
                        Wording.seconds(
                            warmup(bench.effort(), Variant.Kind.CPYTHON).toMillis() / 1e3),
                        turns(bench.effort()),
                        Wording.count(bench.effort().rounds(), "round"),
                        mixesInWords(trials)))
            .control("The ends: limit 0 sends everything, and inline (the greatest limit) nothing.")
            .command(bench.command())
            .note(
                Note.plain(
                    "Here "
                        + bench.seating().describe(Placement.SHARED)
                        + ", whatever the option says: a pool is there to use other cores."))
            .exhibit(new Figure(chart(bench, computing, trials)))
            .exhibit(table(computing, trials));
    breakEvens(trials).forEach(line -> chapter.note(Note.plain(line)));
    trials
        .row(Computing.name(Variant.Kind.OURS, LEARNED))
        .filter(Trials.Row::measured)
        .ifPresent(row ->
            row.rounds().getLast().learned().forEach(line -> chapter.note(Note.plain(line))));
    warnings.forEach(warning -> chapter.note(Note.warning(warning)));
    claims.forEach(claim -> chapter.verdict(claim.verdict()));
    return new Findings(
        chapter.build(),
        json(computing, trials),
        claims,
        summary(computing, trials),
        warnings,
        null);
  }

  private static String mixesInWords(Trials<Seen> trials) {
    List<String> words = new ArrayList<>();
    for (Variant.Kind kind : List.of(Variant.Kind.OURS, Variant.Kind.CPYTHON)) {
      trials.rows().stream()
          .filter(row -> row.variant().kind() == kind && row.measured())
          .findFirst()
          .ifPresent(row ->
              words.add(
                  "%s: up to n = %d, %s a millisecond"
                      .formatted(
                          kind.title(),
                          row.rounds().getFirst().mix().getLast().n(),
                          "fib(%d) taking about".formatted(row.rounds().getFirst().yardstick()))));
    }
    return words.isEmpty() ? "" : String.join("; ", words) + ".";
  }

  /** The best of the fixed limits, over all rounds. */
  private static Optional<Best> best(Computing computing, Trials<Seen> trials, Variant.Kind kind) {
    return limits(computing, trials, kind)
        .map(row -> new Best(kind, row.variant().name(), row.spread(Seen::rate).median()))
        .max(Comparator.comparingDouble(Best::rate));
  }

  /** The fixed limits that could be measured, inline among them as the greatest. */
  private static Stream<Trials.Row<Seen>> limits(
      Computing computing, Trials<Seen> trials, Variant.Kind kind) {
    return trials.rows().stream()
        .filter(row -> row.variant().kind() == kind)
        .filter(row -> !computing.computeOf(row.variant()).equals(LEARNED))
        .filter(Trials.Row::measured);
  }

  private record Best(Variant.Kind kind, String name, double rate) {}

  private static LineChart chart(Bench bench, Computing computing, Trials<Seen> trials) {
    List<Best> bests =
        Stream.of(Variant.Kind.CPYTHON, Variant.Kind.OURS)
            .flatMap(kind -> best(computing, trials, kind).stream())
            .toList();
    List<Series> lines = new ArrayList<>();
    for (Best best : bests) {
      List<Point> limits = new ArrayList<>();
      List<Point> learned = new ArrayList<>();
      for (Trials.Row<Seen> row : trials.rows()) {
        Spread rate = row.spread(Seen::rate);
        if (row.variant().kind() != best.kind || !rate.measured()) {
          continue;
        }
        String compute = computing.computeOf(row.variant());
        Spread part =
            new Spread(
                rate.min() / best.rate,
                rate.median() / best.rate,
                rate.max() / best.rate,
                rate.rounds());
        if (compute.equals(LEARNED)) {
          for (int k : List.of(0, CostMix.NUMBERS.getLast())) {
            learned.add(part.at(k));
          }
        } else {
          limits.add(part.at(limit(compute)));
        }
      }
      lines.add(new Series(Computing.name(best.kind, "by limit"), limits));
      if (!learned.isEmpty()) {
        lines.add(new Series(Computing.name(best.kind, LEARNED), learned));
      }
    }
    return new LineChart(
            "Rate against the limit",
            "For CPython and our server, the rate of mixed requests against the greatest n that is "
                + "computed inline, as a part of the best; and what learned reaches.",
            Axis.linear("greatest n that is computed inline", Unit.NONE),
            Axis.linear("rate, the best limit being 1", Unit.FRACTION),
            lines,
            bench.origin())
        .withReferences(List.of(new Reference(AS_GOOD, "%s of the best".formatted(percent()))));
  }

  private static String percent() {
    return Wording.percent(AS_GOOD);
  }

  private static int limit(String compute) {
    return compute.equals(Computing.INLINE)
        ? CostMix.NUMBERS.getLast()
        : Integer.parseInt(compute.replaceAll("threshold:(\\d+),.*", "$1"));
  }

  private static Table table(Computing computing, Trials<Seen> trials) {
    List<Table.Column> columns =
        List.of(
            Table.Column.text("server"),
            Table.Column.number("requests"),
            Table.Column.number("of the best limit's"),
            Table.Column.number("p99 of n up to " + GREATEST_SHORT),
            Table.Column.number("fib(1) alone"),
            Table.Column.text("generator"));
    List<List<Cell>> rows = new ArrayList<>();
    for (Trials.Row<Seen> row : trials.rows()) {
      if (!row.measured()) {
        rows.add(row.missingCells(columns.size()));
        continue;
      }
      Spread one = row.spread(Seen::oneSeconds);
      rows.add(
          List.of(
              Cell.name(row.variant().name()),
              row.spread(Seen::rate).cell(RATE, "no answer"),
              ofBest(computing, trials, row).cell(Unit.FRACTION, "no answer"),
              row.spread(Seen::shortP99Seconds).cell(Unit.SECONDS, "too few samples"),
              one.measured() ? one.cell(Unit.SECONDS, "") : Cell.text(""),
              Cell.text(
                  "generator at %s of a core"
                      .formatted(Wording.percent(row.spread(Seen::generatorShare).max())))));
    }
    return new Table(
        "Mixed requests",
        "Median and range over the rounds. The best limit of a round is the one that was the best in "
            + "the others. fib(1) alone: median latency over one connection.",
        columns,
        rows);
  }

  private static Spread ofBest(Computing computing, Trials<Seen> trials, Trials.Row<Seen> row) {
    return BestOfOthers.part(
        rates(row),
        limits(computing, trials, row.variant().kind()).map(ThresholdExperiment::rates).toList());
  }

  private static List<Double> rates(Trials.Row<Seen> row) {
    return row.rounds().stream().map(Seen::rate).toList();
  }

  /** Where computing takes as long as what the trip adds to the shortest request. */
  private static List<String> breakEvens(Trials<Seen> trials) {
    List<String> lines = new ArrayList<>();
    for (Variant.Kind kind : List.of(Variant.Kind.CPYTHON, Variant.Kind.OURS)) {
      Spread inline = one(trials, kind, Computing.INLINE);
      Spread away = one(trials, kind, threshold(0));
      if (inline.measured() && away.median() > inline.median()) {
        double trip = away.median() - inline.median();
        int yardstick =
            trials
                .row(Computing.name(kind, Computing.INLINE))
                .orElseThrow()
                .rounds()
                .getFirst()
                .yardstick();
        lines.add(
            ("%s: a trip takes %s (fib(1) alone: %s inline, %s by the pool). That is what fib(%d) "
                    + "takes to compute: the break-even.")
                .formatted(
                    kind.title(),
                    Wording.seconds(trip),
                    Wording.seconds(inline.median()),
                    Wording.seconds(away.median()),
                    breakEven(trip, yardstick)));
      }
    }
    return lines;
  }

  static long breakEven(double tripSeconds, int yardstick) {
    double steps = Math.log(tripSeconds / cost(yardstick, yardstick)) / Math.log(GOLDEN_RATIO);
    return Math.max(1, yardstick + Math.round(steps));
  }

  private static Spread one(Trials<Seen> trials, Variant.Kind kind, String compute) {
    return trials
        .row(Computing.name(kind, compute))
        .map(row -> row.spread(Seen::oneSeconds))
        .orElse(Spread.NONE);
  }

  private static Claim articles(Computing computing, Trials<Seen> trials) {
    Rule rule =
        new Rule(
            "articlesThresholdIsGood",
            "a limit of 15 is a good one for CPython",
            "its rate is at least %s of the best limit's".formatted(percent()),
            Double.NaN,
            Wording::percent);
    return judge(rule, computing, trials, Variant.Kind.CPYTHON, threshold(Article.THRESHOLD));
  }

  private static Claim learnedIsAsGood(Computing computing, Trials<Seen> trials) {
    Rule rule =
        new Rule(
            "learnedIsAsGood",
            "nobody needs to know the costs in advance",
            "the rate of learned is at least %s of the best limit's".formatted(percent()),
            Double.NaN,
            Wording::percent);
    return judge(rule, computing, trials, Variant.Kind.OURS, LEARNED);
  }

  private static Claim judge(
      Rule rule, Computing computing, Trials<Seen> trials, Variant.Kind kind, String compute) {
    String name = Computing.name(kind, compute);
    Optional<Trials.Row<Seen>> row = trials.row(name).filter(Trials.Row::measured);
    Optional<Best> best = best(computing, trials, kind);
    if (row.isEmpty() || best.isEmpty()) {
      return rule.unknown(name + " could not be measured.");
    }
    Spread part = ofBest(computing, trials, row.get());
    String figures =
        "%s reached %s of the best limit's rate (over all rounds %s with %s)"
            .formatted(
                name, part.show(Wording::percent), best.get().name, Wording.rate(best.get().rate));
    boolean limited = row.get().rounds().stream().anyMatch(Seen::generatorSaturated);
    return limited
        ? rule.spoilt(figures + ", but the generator was the limit.")
        : rule.decided(part, value -> value >= AS_GOOD, figures);
  }

  private static List<String> warnings(Trials<Seen> trials) {
    List<String> warnings = new ArrayList<>();
    for (Trials.Row<Seen> row : trials.rows()) {
      if (row.rounds().stream().anyMatch(Seen::generatorSaturated)) {
        warnings.add("threshold, %s: the generator was the limit".formatted(row.variant().name()));
      }
      long failed = row.rounds().stream().mapToLong(Seen::failures).sum();
      if (failed > 0) {
        warnings.add(
            "threshold, %s: %s failed"
                .formatted(row.variant().name(), Wording.count(failed, "request")));
      }
    }
    return warnings;
  }

  private static List<Findings.SummaryLine> summary(Computing computing, Trials<Seen> trials) {
    List<Findings.SummaryLine> lines = new ArrayList<>();
    for (Trials.Row<Seen> row : trials.rows()) {
      lines.add(
          new Findings.SummaryLine(
              "threshold, " + row.variant().name(),
              row.variant()
                      .name()
                      .equals(Computing.name(Variant.Kind.CPYTHON, threshold(Article.THRESHOLD)))
                  ? "recommended"
                  : "",
              row.measured()
                  ? "%s, %s of the best"
                      .formatted(
                          row.spread(Seen::rate).show(Wording::rate),
                          Wording.percent(ofBest(computing, trials, row).median()))
                  : row.whyMissing()));
    }
    return lines;
  }

  private static Object json(Computing computing, Trials<Seen> trials) {
    return new Results(
        breakEvens(trials),
        trials.rows().stream()
            .map(row ->
                new VariantResults(
                    row.variant().name(),
                    computing.computeOf(row.variant()),
                    computing.serve(row.variant()),
                    row.failure(),
                    List.copyOf(row.rounds())))
            .toList());
  }

  /**
   * One round of one server.
   *
   * @param yardstick the n whose computation takes about a millisecond
   * @param mix what was asked for, and how often
   * @param rate answers a second, the median of the turns
   * @param shortP99Seconds the 99th percentile of the cheap ones' latency; NaN if there are too few
   * @param answered by kind of request, in the order of the mix
   * @param oneSeconds latency of fib(1) alone; NaN if it was not measured
   * @param learned what the server says that it has learned
   * @param failures requests that failed
   * @param generatorSaturated whether the generator was the limit
   * @param generatorShare of a core
   */
  record Seen(
      int yardstick,
      List<OpenLoop.RequestClass> mix,
      double rate,
      double shortP99Seconds,
      List<Long> answered,
      double oneSeconds,
      List<String> learned,
      long failures,
      boolean generatorSaturated,
      double generatorShare) {}

  record VariantResults(
      String variant,
      String compute,
      List<String> command,
      @Nullable String failure,
      List<Seen> rounds) {}

  record Results(List<String> breakEvens, List<VariantResults> variants) {}
}
