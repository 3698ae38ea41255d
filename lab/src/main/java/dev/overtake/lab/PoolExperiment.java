// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.load.GeneratorHealth;
import dev.overtake.load.LatencyFigures;
import dev.overtake.load.LoadListener;
import dev.overtake.load.Perf1;
import dev.overtake.load.Perf2;
import dev.overtake.report.Axis;
import dev.overtake.report.BarChart;
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
import java.util.Objects;
import java.util.function.DoublePredicate;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What a pool that computes for the handler costs the short requests, and what it gives. */
final class PoolExperiment implements Experiment {
  private static final String PROCESSES = "processes:4";
  private static final List<String> ALL = List.of(Computing.INLINE, "threads:4", PROCESSES);
  private static final List<String> WITHOUT_THREADS = List.of(Computing.INLINE, PROCESSES);

  private static final List<Integer> CLIENTS = List.of(1, 2, 4);
  private static final int MANY = 32;
  private static final int MOST_GENERATOR_THREADS = 4;
  private static final int TURNS = 3;
  private static final Duration TURN_WARMUP = Duration.ofMillis(100);
  private static final Duration LEAST_TURN = Duration.ofMillis(100);
  private static final Duration REQUEST = Duration.ofMillis(40);
  private static final Duration OVERHEAD = Duration.ofMillis(1_100);
  private static final Duration RECOVERED = Duration.ofMillis(100); // the least there can be
  private static final int LEAST_SAMPLES = 3;

  private static final double SCALES = 1.4;
  private static final double DEAR = 0.25;
  private static final double AIM = 0.4;
  private static final double CONSTANT = 0.8;

  /** With few cores a hog takes one that the others would use, or its half of it. */
  private static final double CONSTANT_ON_FEW_CORES = 0.4;

  private static final int FEW_CORES = 3;

  private static final Unit RATE = Unit.of("/s");
  private static final Unit TIMES = Unit.of("×");

  @Override
  public String id() {
    return "pool";
  }

  @Override
  public String summary() {
    return "what sending every request to a pool costs the short ones, and what it gives the long";
  }

  @Override
  public boolean concerns(Variant variant) {
    return Computing.concerns(variant);
  }

  @Override
  public List<Step> plan(Effort effort, int variants) {
    int times = effort.rounds() * variants * computes(effort).size();
    Times t = Times.of(effort);
    List<Step> steps = new ArrayList<>();
    steps.addAll(
        Collections.nCopies(
            times,
            new Step(
                OVERHEAD
                    .plus(t.warmup)
                    .plus(Times.WORKERS_WARMUP.dividedBy(computes(effort).size())),
                t.perf1.multipliedBy(CLIENTS.size()))));
    int computes = computes(effort).size();
    int pools = computes - 1;
    Duration warm = t.warmup.plus(t.jvmWarmup).dividedBy(2); // CPython's and ours
    // Each has a pool and a server without one beside it, or is itself without.
    Duration ready = OVERHEAD.plus(warm).multipliedBy(pools).dividedBy(computes);
    Duration readyInline = OVERHEAD.plus(warm.dividedBy(2));
    steps.addAll(
        Collections.nCopies(
            times,
            new Step(
                ready.plus(readyInline).plus(t.warmup).plus(RECOVERED),
                t.calm
                    .plus(t.loaded)
                    .plus(t.many)
                    .plus(t.many.multipliedBy(pools).dividedBy(computes)))));
    return steps;
  }

  @Override
  public Findings run(Bench bench) throws IOException, InterruptedException {
    Computing computing = new Computing();
    bench.variants().forEach(base -> computing.with(base, computes(bench.effort())));
    Times times = Times.of(bench.effort()).paced(bench);
    Trials<LongOnes> longOnes;
    try (KeepAwake.Pause _ = bench.withoutSpinners()) {
      longOnes =
          bench.interleave(
              "computing clients",
              Placement.SHARED,
              computing.variants(),
              computing::serve,
              (variant, server, _) -> measureLong(bench, times, computing, variant, server));
    }
    Trials<ShortOnes> shortOnes =
        bench.interleave(
            "short requests",
            placement(bench),
            computing.variants(),
            computing::serve,
            (variant, server, _) -> measureShort(bench, times, computing, variant, server));
    return findings(bench, times, computing, longOnes, shortOnes);
  }

  /** As the option says, unless that leaves the server one core: there is no pool on one. */
  private static Placement placement(Bench bench) {
    return bench.seating().serverCores(bench.placement()).size() > 1
        ? bench.placement()
        : Placement.SHARED;
  }

  private static int generatorThreads(Bench bench) {
    return Math.min(
        MOST_GENERATOR_THREADS, bench.seating().generatorCores(placement(bench)).size());
  }

  private static List<String> computes(Effort effort) {
    return effort == Effort.QUICK ? WITHOUT_THREADS : ALL;
  }

  private static LongOnes measureLong(
      Bench bench, Times times, Computing computing, Variant variant, ServerProcess server)
      throws ServerFailure, InterruptedException {
    int n = bench.requests().lasting(REQUEST, variant, server);
    Duration warmup = times.warmupOfLong(variant, computing.computeOf(variant));
    try {
      // By as many clients as there will be: one would leave all workers but one cold.
      new Perf1(new Perf1.Options(server.target(), n, CLIENTS.getLast(), warmup)).run(_ -> {});
      List<Perf1.Result> results = new ArrayList<>();
      List<GeneratorHealth> health = new ArrayList<>();
      for (int clients : CLIENTS) {
        Perf1.Run run =
            new Perf1(new Perf1.Options(server.target(), n, clients, times.perf1)).run(_ -> {});
        results.add(run.result());
        health.add(run.health());
      }
      return new LongOnes(n, results, health);
    } catch (IOException e) {
      throw new ServerFailure(ServerFailure.reason(e));
    }
  }

  private static ShortOnes measureShort(
      Bench bench, Times times, Computing computing, Variant variant, ServerProcess server)
      throws ServerFailure, InterruptedException {
    int hogN = bench.requests().lasting(times.hog(), variant, server);
    Perf2.Options one =
        new Perf2.Options(
            server.target(),
            1,
            1,
            1,
            hogN,
            times.warmup,
            times.calm,
            times.loaded,
            RECOVERED,
            HogTrials.INTERVAL);
    try {
      warmUp(bench, server, times.warmupOf(variant, computing.computeOf(variant)));
      ShortClients.Run overMany;
      ShortClients.Run inline = null;
      if (computing.computeOf(variant).equals(Computing.INLINE)) {
        overMany = turns(bench, times, List.of(server)).getFirst();
      } else {
        try (ServerProcess beside =
            bench.start(placement(bench), Computing.serve(variant, Computing.INLINE))) {
          warmUp(bench, beside, times.warmupOf(variant, Computing.INLINE));
          List<ShortClients.Run> both = turns(bench, times, List.of(beside, server));
          inline = both.getFirst();
          overMany = both.getLast();
        }
      }
      Perf2.Run overOne = new Perf2(one).run(LoadListener.NONE);
      return new ShortOnes(hogN, overOne, overMany, inline);
    } catch (IOException e) {
      throw new ServerFailure(ServerFailure.reason(e));
    }
  }

  /**
   * Many connections to each of these warm servers in turns. What a pool keeps is told against a
   * server in the next second: from one minute to the next a shared machine is another one.
   */
  private static List<ShortClients.Run> turns(Bench bench, Times times, List<ServerProcess> servers)
      throws IOException, InterruptedException {
    List<List<ShortClients.Run>> seen = new ArrayList<>();
    servers.forEach(_ -> seen.add(new ArrayList<>()));
    for (int turn = 0; turn < TURNS; turn++) {
      for (int i = 0; i < servers.size(); i++) {
        seen.get(i).add(clients(bench, servers.get(i), TURN_WARMUP, times.turn()).run());
      }
    }
    return seen.stream().map(ShortClients.Run::of).toList();
  }

  private static void warmUp(Bench bench, ServerProcess server, Duration length)
      throws IOException, InterruptedException {
    ShortClients.Run _ = clients(bench, server, Duration.ZERO, length).run();
  }

  private static ShortClients clients(
      Bench bench, ServerProcess server, Duration warmup, Duration length) {
    return new ShortClients(server.target(), MANY, generatorThreads(bench), warmup, length);
  }

  private Findings findings(
      Bench bench,
      Times times,
      Computing computing,
      Trials<LongOnes> longOnes,
      Trials<ShortOnes> shortOnes) {
    int serverCores = bench.seating().serverCores(placement(bench)).size();
    int cores = bench.seating().all().size();
    List<Claim> claims = claims(cores, serverCores, longOnes, shortOnes);
    List<String> warnings = warnings(longOnes, shortOnes);
    Chapter.Builder chapter =
        Chapter.builder(id(), "A pool that computes for the handler")
            .claim(
                "With four processes to compute, perf1 uses all cores. But perf2 loses 95 % of its "
                    + "rate, 1,300 a second instead of 22,000, whether somebody computes or not: "
                    + "the trip to the process costs more than the request.")
            .question(
                "What does a pool cost short requests, and does it keep long ones away from them?")
            .prediction(
                "Computing clients scale to the cores wherever processes compute. CPython's "
                    + "process pool costs nine tenths of the short requests' rate, ours less than "
                    + "six tenths of it at 32 connections, where answers and tasks share wake-ups. "
                    + "Beside a hog the rate through a pool stays what it was.")
            .method(
                ("Every request goes to the pool, also the shortest. Computing clients: %s clients "
                        + "for %s each, a request of about %s, after %s of warm-up by %d, ours with "
                        + "processes %s. Short requests (fib(1)): %d connections driven by %s for %s, in "
                        + "%d turns with a server without a pool, then one for %s calm and "
                        + "for %s beside one hog whose request lasts about %s, after %s of warm-up, "
                        + "half of it without a pool (CPython %s). %s, the variants in turn, fresh servers each time.")
                    .formatted(
                        CLIENTS.toString().replaceAll("[\\[\\]]", ""),
                        Wording.seconds(times.perf1),
                        Wording.seconds(REQUEST),
                        Wording.seconds(times.warmup),
                        CLIENTS.getLast(),
                        Wording.seconds(Times.WORKERS_WARMUP),
                        MANY,
                        Wording.count(generatorThreads(bench), "thread"),
                        Wording.seconds(times.many),
                        TURNS,
                        Wording.seconds(times.calm),
                        Wording.seconds(times.loaded),
                        Wording.seconds(times.hog()),
                        Wording.seconds(times.jvmWarmup),
                        Wording.seconds(times.warmup),
                        Wording.count(bench.effort().rounds(), "round")))
            .control("The same servers without a pool, compute inline.")
            .command(bench.command())
            .note(
                Note.plain(
                    "Computing clients: "
                        + bench.seating().describe(Placement.SHARED)
                        + " Short requests: "
                        + bench.seating().describe(placement(bench))
                        + (placement(bench).equals(bench.placement())
                            ? ""
                            : " The option would leave the server one core, and a pool is there to"
                                + " use others.")))
            .exhibit(new Figure(scaling(bench, longOnes)))
            .exhibit(new Figure(rates(bench, shortOnes)))
            .exhibit(table(longOnes, shortOnes))
            .cost(
                "A pool takes memory for its processes, and of every short request the time of a "
                    + "trip: see threshold for who should make one.");
    warnings.forEach(warning -> chapter.note(Note.warning(warning)));
    claims.forEach(claim -> chapter.verdict(claim.verdict()));
    return new Findings(
        chapter.build(),
        json(bench, computing, longOnes, shortOnes),
        claims,
        summary(longOnes, shortOnes),
        warnings,
        null);
  }

  private static LineChart scaling(Bench bench, Trials<LongOnes> trials) {
    List<Series> lines = trials.lines(CLIENTS, PoolExperiment::slowdown);
    return new LineChart(
        "Latency against computing clients, with and without a pool",
        "For each server, the median latency of a computing request with 1, 2 and 4 clients as a "
            + "multiple of its latency with one client.",
        Axis.linear("clients", Unit.NONE),
        Axis.linear("median latency, one client being 1", TIMES),
        lines,
        bench.origin());
  }

  private static BarChart rates(Bench bench, Trials<ShortOnes> trials) {
    List<BarChart.Group> groups = new ArrayList<>();
    for (Trials.Row<ShortOnes> row : trials.rows()) {
      groups.add(
          new BarChart.Group(
              row.variant().name(),
              List.of(
                  bar(row, "1 connection, calm", ShortOnes::calmRate),
                  bar(row, "1 connection, beside 1 hog", ShortOnes::loadedRate),
                  bar(row, MANY + " connections, calm", ShortOnes::manyRate))));
    }
    return new BarChart(
            "Rate of short requests, with and without a pool",
            "For each server, short requests answered per second over one connection, calm and "
                + "beside a hog, and over 32 connections.",
            Axis.log("short requests", Unit.of("requests/s")),
            groups,
            bench.origin())
        .withReferences(
            List.of(new Reference(Article.POOL_PER_SECOND, "the article, CPython's process pool")));
  }

  private static BarChart.Bar bar(
      Trials.Row<ShortOnes> row, String series, ToDoubleFunction<ShortOnes> rate) {
    Spread spread = row.spread(rate);
    return spread.measured()
        ? BarChart.Bar.spread(series, spread.min(), spread.median(), spread.max())
        : BarChart.Bar.missing(series, row.whyMissing());
  }

  private static Table table(Trials<LongOnes> longOnes, Trials<ShortOnes> shortOnes) {
    List<Table.Column> columns =
        List.of(
            Table.Column.text("server"),
            Table.Column.number("2 computing clients ÷ 1"),
            Table.Column.number("4 ÷ 1"),
            Table.Column.number("short requests, 1 connection"),
            Table.Column.number("beside 1 hog"),
            Table.Column.number("kept beside it"),
            Table.Column.number(MANY + " connections"),
            Table.Column.number("of inline's"),
            Table.Column.number("p99 there"));
    List<List<Cell>> rows = new ArrayList<>();
    for (Trials.Row<ShortOnes> row : shortOnes.rows()) {
      if (!row.measured()) {
        rows.add(row.missingCells(columns.size()));
        continue;
      }
      Trials.Row<LongOnes> computing = longOnes.row(row.variant());
      rows.add(
          List.of(
              Cell.name(row.variant().name()),
              slowdown(computing, 1).cell(TIMES, "too few answers"),
              slowdown(computing, 2).cell(TIMES, "too few answers"),
              row.spread(ShortOnes::calmRate).cell(RATE, "no answer"),
              row.spread(ShortOnes::loadedRate).cell(RATE, "no answer"),
              row.spread(ShortOnes::retention).cell(Unit.FRACTION, "no answer"),
              row.spread(ShortOnes::manyRate).cell(RATE, "no answer"),
              ofInline(shortOnes, row.variant()).cell(Unit.FRACTION, "no answer"),
              Cell.number(
                  row.spread(round -> round.manyLatency().p99Micros() / 1e6).median(),
                  Unit.SECONDS)));
    }
    rows.add(
        List.of(
            Cell.text("the article (CPython processes:4)"),
            Cell.text("scales"),
            Cell.text(""),
            Cell.number(Article.POOL_PER_SECOND, RATE),
            Cell.text("the same"),
            Cell.text(""),
            Cell.text(""),
            Cell.text(""),
            Cell.text("")));
    return new Table(
        "With and without a pool",
        "Median and range over the rounds; p99 is the median of the rounds.",
        columns,
        rows);
  }

  private static Spread ofInline(Trials<ShortOnes> trials, Variant variant) {
    return trials.row(variant).spread(ShortOnes::ofInline);
  }

  private static Spread slowdown(Trials.Row<LongOnes> row, int load) {
    return row.spread(round -> round.medianSeconds(load) / round.medianSeconds(0));
  }

  /** The rules; the figures decide. */
  static List<Claim> claims(
      int cores, int serverCores, Trials<LongOnes> longOnes, Trials<ShortOnes> shortOnes) {
    List<Claim> claims = new ArrayList<>();
    for (Variant.Kind kind : List.of(Variant.Kind.CPYTHON, Variant.Kind.OURS)) {
      String id = kind == Variant.Kind.CPYTHON ? "cpython" : "our";
      claims.add(scales(cores, longOnes, kind, id));
    }
    claims.add(
        judge(
            new Rule(
                "cpythonPoolIsDear",
                "CPython's process pool costs short requests most of their rate",
                "its rate over one connection is below %s of inline's"
                    .formatted(Wording.percent(DEAR)),
                Article.POOL_OF_INLINE,
                Wording::percent),
            shortOnes,
            Variant.Kind.CPYTHON,
            "of the rate over one connection",
            Computing.ratio(
                shortOnes,
                Computing.name(Variant.Kind.CPYTHON, PROCESSES),
                Computing.name(Variant.Kind.CPYTHON, Computing.INLINE),
                ShortOnes::calmRate),
            ShortOnes::saturatedByOne,
            part -> part < DEAR));
    claims.add(
        judge(
            new Rule(
                "ourPoolKeeps",
                "a trip can be made cheap enough to send everything",
                "its rate over %d connections is at least %s of inline's, in turns"
                    .formatted(MANY, Wording.percent(AIM)),
                Double.NaN,
                Wording::percent),
            shortOnes,
            Variant.Kind.OURS,
            "of the rate over %d connections".formatted(MANY),
            shortOnes
                .row(Computing.name(Variant.Kind.OURS, PROCESSES))
                .map(row -> row.spread(ShortOnes::ofInline))
                .orElse(Spread.NONE),
            ShortOnes::saturatedByMany,
            part -> part >= AIM));
    double constant = serverCores > FEW_CORES ? CONSTANT : CONSTANT_ON_FEW_CORES;
    for (Variant.Kind kind : List.of(Variant.Kind.CPYTHON, Variant.Kind.OURS)) {
      Spread kept =
          shortOnes
              .row(Computing.name(kind, PROCESSES))
              .map(row -> row.spread(ShortOnes::retention))
              .orElse(Spread.NONE);
      claims.add(
          judge(
              new Rule(
                  (kind == Variant.Kind.CPYTHON ? "cpython" : "our") + "PoolIsConstant",
                  "through a pool, short requests do not feel a long one",
                  "beside a hog the rate is at least %s of the calm one%s"
                      .formatted(
                          Wording.percent(constant),
                          serverCores > FEW_CORES
                              ? ""
                              : ", on so few cores that the hog takes one the others would use"),
                  Double.NaN,
                  Wording::percent),
              shortOnes,
              kind,
              "of its calm rate beside a hog",
              kept,
              ShortOnes::saturatedByOne,
              part -> part >= constant));
    }
    return claims;
  }

  private static Claim scales(int cores, Trials<LongOnes> trials, Variant.Kind kind, String id) {
    Rule rule =
        new Rule(
            id + "PoolUsesCores",
            "processes compute on all cores, whatever lock the server has",
            "with 2 clients the median latency is at most %s that with 1"
                .formatted(Wording.times(SCALES)),
            Double.NaN,
            Wording::times);
    String name = Computing.name(kind, PROCESSES);
    Spread ratio = trials.row(name).map(row -> slowdown(row, 1)).orElse(Spread.NONE);
    if (!ratio.measured()) {
      return rule.unknown(name + " could not be measured.");
    }
    String figures =
        "%s took %s as long with two clients".formatted(name, ratio.show(Wording::times));
    return cores < 2
        ? rule.unknown(figures + ", which on one core says nothing.")
        : rule.decided(ratio, value -> value <= SCALES, figures);
  }

  private static Claim judge(
      Rule rule,
      Trials<ShortOnes> trials,
      Variant.Kind kind,
      String what,
      Spread part,
      Predicate<ShortOnes> spoils,
      DoublePredicate holds) {
    String name = Computing.name(kind, PROCESSES);
    if (!part.measured()) {
      return rule.unknown(name + " or what it is compared with could not be measured.");
    }
    String figures = "%s kept %s %s".formatted(name, part.show(Wording::percent), what);
    boolean limited =
        trials.rows().stream()
            .filter(row -> row.variant().kind() == kind)
            .filter(row -> !row.variant().name().contains("threads:"))
            .flatMap(row -> row.rounds().stream())
            .anyMatch(spoils);
    return limited
        ? rule.spoilt(figures + ", but the generator was the limit.")
        : rule.decided(part, holds, figures);
  }

  private static List<String> warnings(Trials<LongOnes> longOnes, Trials<ShortOnes> shortOnes) {
    List<String> warnings = new ArrayList<>();
    for (Trials.Row<ShortOnes> row : shortOnes.rows()) {
      List<ShortOnes> rounds = row.rounds();
      if (rounds.stream().anyMatch(ShortOnes::saturatedByOne)) {
        warnings.add(
            "pool, %s, 1 connection: the generator was the limit".formatted(row.variant().name()));
      }
      if (rounds.stream().anyMatch(ShortOnes::saturatedByMany)) {
        warnings.add(
            "pool, %s, %d connections: the generator was the limit"
                .formatted(row.variant().name(), MANY));
      }
      long broken = rounds.stream().mapToLong(ShortOnes::failures).sum();
      if (broken > 0) {
        warnings.add(
            "pool, %s: %s failed"
                .formatted(row.variant().name(), Wording.count(broken, "request")));
      }
    }
    for (Trials.Row<LongOnes> row : longOnes.rows()) {
      if (row.rounds().stream()
          .flatMap(round -> round.health().stream())
          .anyMatch(GeneratorHealth::saturated)) {
        warnings.add(
            "pool, %s, computing clients: the generator was the limit"
                .formatted(row.variant().name()));
      }
    }
    return warnings;
  }

  private static List<Findings.SummaryLine> summary(
      Trials<LongOnes> longOnes, Trials<ShortOnes> shortOnes) {
    List<Findings.SummaryLine> lines = new ArrayList<>();
    for (Trials.Row<ShortOnes> row : shortOnes.rows()) {
      String name = row.variant().name();
      boolean articles = name.equals(Computing.name(Variant.Kind.CPYTHON, PROCESSES));
      if (!row.measured()) {
        lines.add(new Findings.SummaryLine("pool, " + name, "", row.whyMissing()));
        continue;
      }
      lines.add(
          new Findings.SummaryLine(
              "pool, " + name + ": short requests, 1 connection",
              articles ? Wording.rate(Article.POOL_PER_SECOND) : "",
              "%s; %s beside a hog"
                  .formatted(
                      row.spread(ShortOnes::calmRate).show(Wording::rate),
                      row.spread(ShortOnes::loadedRate).show(Wording::rate))));
      lines.add(
          new Findings.SummaryLine(
              "pool, " + name + ": short requests, %d connections".formatted(MANY),
              "",
              "%s, %s of inline's"
                  .formatted(
                      row.spread(ShortOnes::manyRate).show(Wording::rate),
                      ofInline(shortOnes, row.variant()).show(Wording::percent))));
      lines.add(
          new Findings.SummaryLine(
              "pool, " + name + ": 2 computing clients ÷ 1",
              articles ? "scales" : "",
              slowdown(longOnes.row(row.variant()), 1).show(Wording::times)));
    }
    return lines;
  }

  private static Object json(
      Bench bench, Computing computing, Trials<LongOnes> longOnes, Trials<ShortOnes> shortOnes) {
    return new Results(
        shortOnes.rows().stream()
            .map(row ->
                new VariantResults(
                    row.variant().name(),
                    computing.computeOf(row.variant()),
                    computing.serve(row.variant()),
                    row.failure(),
                    longOnes.row(row.variant()).rounds(),
                    ofInline(shortOnes, row.variant()),
                    row.rounds().stream()
                        .map(round ->
                            new ShortResults(
                                round.hogN(),
                                round.one().result(),
                                new ManyResults(
                                    MANY,
                                    generatorThreads(bench),
                                    round.manyRate(),
                                    round.manyLatency(),
                                    round.inlineRate())))
                        .toList()))
            .toList());
  }

  /** How long each load lasts. */
  private record Times(
      Duration warmup,
      Duration jvmWarmup,
      Duration perf1,
      Duration calm,
      Duration loaded,
      Duration many) {
    private static final double HOG_SHARE_OF_LOADED = 0.35;
    private static final Duration WORKERS_WARMUP = Duration.ofMillis(2_500);

    static Times of(Effort effort) {
      return effort == Effort.QUICK
          ? ofMillis(300, 1_500, 700, 400, 500, 400)
          : ofMillis(300, 25_000, 1_200, 1_500, 2_400, 3_000);
    }

    private static Times ofMillis(
        int warmup, int jvmWarmup, int perf1, int calm, int loaded, int many) {
      return new Times(
          Duration.ofMillis(warmup),
          Duration.ofMillis(jvmWarmup),
          Duration.ofMillis(perf1),
          Duration.ofMillis(calm),
          Duration.ofMillis(loaded),
          Duration.ofMillis(many));
    }

    /** The warm-up is as long as a JIT compiler needs, whatever the pace. */
    Times paced(Bench bench) {
      return new Times(
          warmup,
          jvmWarmup,
          bench.paced(perf1),
          bench.paced(calm),
          bench.paced(loaded),
          bench.paced(many));
    }

    /** Five JVMs on few cores take seconds to compile what a trip runs through, one takes half. */
    Duration warmupOf(Variant variant, String compute) {
      if (variant.kind() == Variant.Kind.CPYTHON) {
        return warmup;
      }
      return compute.equals(Computing.INLINE) ? jvmWarmup.dividedBy(2) : jvmWarmup;
    }

    /** Each worker JVM compiles for itself what it computes. */
    Duration warmupOfLong(Variant variant, String compute) {
      boolean workers = variant.kind() != Variant.Kind.CPYTHON && compute.equals(PROCESSES);
      return workers ? WORKERS_WARMUP : warmup;
    }

    /** How long each of the turns over many connections lasts. */
    Duration turn() {
      Duration share = many.dividedBy(TURNS);
      return share.compareTo(LEAST_TURN) < 0 ? LEAST_TURN : share;
    }

    Duration hog() {
      return Duration.ofMillis((long) (loaded.toMillis() * HOG_SHARE_OF_LOADED));
    }
  }

  /**
   * Computing clients in one round: an entry for each number of clients.
   *
   * @param n what was asked for
   * @param results latencies
   * @param health whether the generator kept up
   */
  record LongOnes(int n, List<Perf1.Result> results, List<GeneratorHealth> health) {
    /** NaN if there are too few answers to speak of a median. */
    double medianSeconds(int load) {
      Perf1.Result result = results.get(load);
      return result.samples() < LEAST_SAMPLES ? Double.NaN : result.medianSeconds();
    }
  }

  /**
   * Short requests in one round.
   *
   * @param hogN what the hog asked for
   * @param one over one connection, calm and beside a hog
   * @param many over many connections, calm
   * @param inline the same on a server without a pool, in turns; null if this is one
   */
  record ShortOnes(
      int hogN, Perf2.Run one, ShortClients.Run many, ShortClients.@Nullable Run inline) {
    double calmRate() {
      return one.calm().figures().requestsPerSecond();
    }

    double loadedRate() {
      return Objects.requireNonNull(one.loaded()).figures().requestsPerSecond();
    }

    double retention() {
      return loadedRate() / calmRate();
    }

    double manyRate() {
      return many.requestsPerSecond();
    }

    LatencyFigures manyLatency() {
      return LatencyFigures.of(many.latencies());
    }

    @Nullable Double inlineRate() {
      return inline == null ? null : Double.valueOf(inline.requestsPerSecond());
    }

    double ofInline() {
      return inline == null ? 1 : manyRate() / inline.requestsPerSecond();
    }

    boolean saturatedByOne() {
      return one.health().saturated();
    }

    boolean saturatedByMany() {
      return many.saturated() || (inline != null && inline.saturated());
    }

    long failures() {
      return one.failures().total() + many.failures() + (inline == null ? 0 : inline.failures());
    }
  }

  record ShortResults(int hogN, Perf2.Result oneConnection, ManyResults manyConnections) {}

  record ManyResults(
      int connections,
      int generatorThreads,
      double requestsPerSecond,
      LatencyFigures latency,
      @Nullable Double inlineBesidePerSecond) {}

  record VariantResults(
      String variant,
      String compute,
      List<String> command,
      @Nullable String failure,
      List<LongOnes> computingClients,
      Spread ofInline,
      List<ShortResults> shortRequests) {}

  record Results(List<VariantResults> variants) {}
}
