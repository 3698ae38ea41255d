// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

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
import dev.overtake.report.Point;
import dev.overtake.report.Series;
import dev.overtake.report.Table;
import dev.overtake.report.Unit;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Computing on other machines: what a trip there costs, and a worker that is killed. */
final class ClusterExperiment implements Experiment {
  private static final String OURS = "overtake";
  private static final String PROCESSES = "processes:2";
  private static final List<Integer> WORKERS = List.of(1, 2, 4);
  private static final int KILLED_OF = 2;
  private static final int MANY = 64;
  private static final int LONG_CLIENTS = 4;
  private static final Duration LONG_REQUEST = Duration.ofMillis(20);
  private static final Duration OVERHEAD = Duration.ofSeconds(10);
  private static final Duration WARMUP = Duration.ofSeconds(3);
  private static final Duration LONG_WARMUP = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration PHASE = Duration.ofSeconds(1);

  private static final int KILL_CLIENTS = 8;
  private static final int KILL_REQUEST = 5;
  private static final int BUCKET_MILLIS = 100;
  private static final int BUCKETS = 60;
  private static final int KILLED_AT = 20;
  private static final Duration KILL = Duration.ofMillis((long) BUCKETS * BUCKET_MILLIS);

  private static final Unit RATE = Unit.of("/s");

  @Override
  public String id() {
    return "cluster";
  }

  @Override
  public String summary() {
    return "what a trip to another machine costs, and a worker killed under load";
  }

  @Override
  public boolean byNameOnly() {
    return true;
  }

  @Override
  public boolean concerns(Variant variant) {
    return variant.name().equals(OURS);
  }

  @Override
  public List<Step> plan(Effort effort, int variants) {
    return Collections.nCopies(
        effort.rounds() * variants * (1 + WORKERS.size()),
        new Step(OVERHEAD.plus(KILL), PHASE.multipliedBy(3)));
  }

  /** A server that computes by worker processes (0) or by a cluster of so many workers. */
  private record Kind(int workers) {
    String name() {
      return workers == 0 ? PROCESSES : "cluster, " + Wording.count(workers, "worker");
    }
  }

  @Override
  public Findings run(Bench bench) throws IOException, InterruptedException {
    Map<Variant, Kind> kinds = new HashMap<>();
    List<Variant> variants = new ArrayList<>();
    for (Variant base : bench.variants()) {
      List<Integer> numbers = new ArrayList<>(List.of(0));
      numbers.addAll(WORKERS);
      for (int workers : numbers) {
        Kind kind = new Kind(workers);
        Variant variant = new Variant(kind.name(), base.command(), base.model(), base.kind());
        kinds.put(variant, kind);
        variants.add(variant);
      }
    }
    Map<Variant, InetSocketAddress> asking = new HashMap<>();
    Duration phase = bench.paced(PHASE);
    Trials<Round> trials =
        bench.interleave(
            "workers",
            Placement.SHARED,
            variants,
            variant -> command(variant, kinds.getOrDefault(variant, new Kind(0)), asking),
            (variant, server, _) ->
                measure(
                    bench,
                    variant,
                    kinds.getOrDefault(variant, new Kind(0)),
                    server,
                    asking.getOrDefault(variant, server.address()),
                    phase));
    return findings(bench, trials);
  }

  /** The workers come after the server, so it is told where to be found by them. */
  private static List<String> command(
      Variant variant, Kind kind, Map<Variant, InetSocketAddress> asking) {
    List<String> words = new ArrayList<>(variant.serve("fib"));
    words.add("--compute");
    if (kind.workers == 0) {
      words.add(PROCESSES);
      return words;
    }
    InetSocketAddress address = free();
    asking.put(variant, address);
    String text = text(address);
    words.add("cluster:%s,bind=%s,silence=2s,retries=1".formatted(text, text));
    return words;
  }

  private static InetSocketAddress free() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new InetSocketAddress(socket.getInetAddress(), socket.getLocalPort());
    } catch (IOException e) {
      throw new IllegalStateException("no free port on the loopback address", e);
    }
  }

  private static String text(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }

  private static Round measure(
      Bench bench,
      Variant variant,
      Kind kind,
      ServerProcess server,
      InetSocketAddress asking,
      Duration phase)
      throws ServerFailure, InterruptedException {
    List<ServerProcess> workers = new ArrayList<>();
    try {
      for (int i = 0; i < kind.workers; i++) {
        List<String> words = new ArrayList<>(variant.command());
        words.addAll(List.of("worker", "--join", text(asking), "--silence", "2s"));
        workers.add(bench.start(Placement.SHARED, words));
      }
      try (Client first = new Client(server.address())) {
        first.ask(1);
        if (first.awaitAnswer(PATIENCE).isEmpty()) {
          throw new ServerFailure(
              "no worker computes for it within " + PATIENCE.toSeconds() + " s");
        }
      }
      return measure(bench, variant, kind, server, workers, phase);
    } catch (IOException e) {
      throw new ServerFailure(ServerFailure.reason(e));
    } finally {
      workers.forEach(ServerProcess::close);
    }
  }

  private static Round measure(
      Bench bench,
      Variant variant,
      Kind kind,
      ServerProcess server,
      List<ServerProcess> workers,
      Duration phase)
      throws IOException, ServerFailure, InterruptedException {
    Perf2.Options options = Perf2.Options.defaults(server.target()).withPhases(phase);
    Perf2.Phase many =
        new Perf2(options.withConnections(MANY).withWarmup(WARMUP))
            .run(LoadListener.NONE)
            .result()
            .calm();
    Perf2.Phase one =
        new Perf2(options.withConnections(1).withWarmup(Duration.ofMillis(300)))
            .run(LoadListener.NONE)
            .result()
            .calm();
    int n = bench.requests().lasting(LONG_REQUEST, variant, server);
    longOnes(server, n, LONG_WARMUP); // every worker compiles for itself what it computes
    Perf1.Result longs = longOnes(server, n, phase);
    Killing killing = kind.workers == KILLED_OF ? kill(server, workers.getFirst()) : null;
    return new Round(one, many, n, longs, killing);
  }

  private static Perf1.Result longOnes(ServerProcess server, int n, Duration length)
      throws IOException, InterruptedException {
    return new Perf1(new Perf1.Options(server.target(), n, LONG_CLIENTS, length))
        .run(_ -> {})
        .result();
  }

  /** Clients that ask all the time; in the middle a worker is killed. */
  private static Killing kill(ServerProcess server, ServerProcess worker)
      throws InterruptedException {
    AtomicIntegerArray answers = new AtomicIntegerArray(BUCKETS);
    AtomicLong failures = new AtomicLong();
    CountDownLatch killed = new CountDownLatch(1);
    long begunNanos = System.nanoTime();
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < KILL_CLIENTS; i++) {
      clients.add(
          Thread.ofPlatform()
              .name("client-" + i)
              .start(() -> ask(server, begunNanos, answers, failures)));
    }
    killed.await((long) KILLED_AT * BUCKET_MILLIS, TimeUnit.MILLISECONDS);
    ProcessHandle.of(worker.pid()).ifPresent(ProcessHandle::destroyForcibly);
    for (Thread client : clients) {
      client.join();
    }
    List<Integer> perBucket = new ArrayList<>();
    int silent = 0;
    int longestSilent = 0;
    for (int i = 0; i < BUCKETS; i++) {
      perBucket.add(answers.get(i));
      silent = answers.get(i) == 0 ? silent + 1 : 0;
      longestSilent = Math.max(longestSilent, silent);
    }
    return new Killing(perBucket, failures.get(), longestSilent * BUCKET_MILLIS / 1e3);
  }

  private static void ask(
      ServerProcess server, long begunNanos, AtomicIntegerArray answers, AtomicLong failures) {
    try (Client client = new Client(server.address())) {
      while (true) {
        client.ask(KILL_REQUEST);
        OptionalDouble answer = client.awaitAnswer(PATIENCE);
        long bucket = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begunNanos) / BUCKET_MILLIS;
        if (bucket >= BUCKETS) {
          return;
        }
        if (answer.isPresent() && client.answer().equals("5")) {
          answers.incrementAndGet((int) bucket);
        } else {
          failures.incrementAndGet();
        }
      }
    } catch (IOException e) {
      failures.incrementAndGet();
    }
  }

  private Findings findings(Bench bench, Trials<Round> trials) {
    List<Claim> claims = claims(trials);
    Chapter.Builder chapter =
        Chapter.builder(id(), "Computing on other machines")
            .claim(
                "The article stops at the machine's cores: its process pool ends there. A cluster "
                    + "goes on, and changes what a trip costs and what can go wrong.")
            .question(
                "What does a trip to a member of a cluster cost beside one to a process, and what "
                    + "do clients see of a member that is killed?")
            .prediction(
                "A trip through a cluster's engine costs several times that to a process of one's "
                    + "own. With retries no client sees an error when a worker is killed.")
            .method(
                ("Every request is computed elsewhere. Short requests (fib(1)): %d connections, then "
                        + "one, for %s each after %s of warm-up. Long ones of about %s: %d clients, after %s. Then, "
                        + "with %d workers, %d clients ask for fib(%d) all the time, and after %s a "
                        + "worker is killed (retries=1). %s, fresh processes each time.")
                    .formatted(
                        MANY,
                        seconds(PHASE),
                        seconds(WARMUP),
                        seconds(LONG_REQUEST),
                        LONG_CLIENTS,
                        seconds(LONG_WARMUP),
                        KILLED_OF,
                        KILL_CLIENTS,
                        KILL_REQUEST,
                        seconds(Duration.ofMillis((long) KILLED_AT * BUCKET_MILLIS)),
                        Wording.count(bench.effort().rounds(), "round")))
            .control("The same server with processes:2.")
            .command(bench.command())
            .note(
                Note.plain(
                    bench.seating().describe(Placement.SHARED)
                        + "; all workers run on this machine, so more of them add processes, not"
                        + " cores, and the network is the loopback."))
            .exhibit(new Figure(rates(bench, trials)))
            .exhibit(table(trials))
            .cost(
                "A trip takes processor time of both machines for some five wake-ups and the "
                    + "engine's work: see docs/cluster.md for which tasks are worth it.");
    LineChart killing = killing(bench, trials);
    if (killing != null) {
      chapter.exhibit(new Figure(killing));
    }
    claims.forEach(claim -> chapter.verdict(claim.verdict()));
    return new Findings(chapter.build(), json(trials), claims, summary(trials), List.of(), null);
  }

  private static String seconds(Duration duration) {
    return Wording.seconds(duration.toMillis() / 1e3);
  }

  private static BarChart rates(Bench bench, Trials<Round> trials) {
    List<BarChart.Group> groups = new ArrayList<>();
    for (Trials.Row<Round> row : trials.rows()) {
      groups.add(
          new BarChart.Group(
              row.variant().name(),
              List.of(
                  bar(row, "1 connection", Round::oneRate),
                  bar(row, MANY + " connections", Round::manyRate))));
    }
    return new BarChart(
        "Rate of short requests that are computed elsewhere",
        "For each server, short requests answered per second over 1 and over 64 connections.",
        Axis.log("short requests", Unit.of("requests/s")),
        groups,
        bench.origin());
  }

  private static BarChart.Bar bar(
      Trials.Row<Round> row, String series, ToDoubleFunction<Round> rate) {
    Spread spread = row.spread(rate);
    return spread.measured()
        ? BarChart.Bar.spread(series, spread.min(), spread.median(), spread.max())
        : BarChart.Bar.missing(series, row.whyMissing());
  }

  private static @Nullable LineChart killing(Bench bench, Trials<Round> trials) {
    List<Series> lines = new ArrayList<>();
    for (Trials.Row<Round> row : trials.rows()) {
      for (int round = 0; round < row.rounds().size(); round++) {
        Killing killing = row.rounds().get(round).killing();
        if (killing != null) {
          lines.add(new Series("round " + (round + 1), points(killing)));
        }
      }
    }
    return lines.isEmpty()
        ? null
        : new LineChart(
            "One of two workers is killed after 2 s",
            "For each round, requests answered per second, in pieces of a tenth of a second.",
            Axis.linear("time", Unit.SECONDS),
            Axis.linear("requests", Unit.of("requests/s")),
            lines,
            bench.origin());
  }

  private static List<Point> points(Killing killing) {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < killing.answers().size(); i++) {
      points.add(
          Point.of(i * BUCKET_MILLIS / 1e3, killing.answers().get(i) * (1_000.0 / BUCKET_MILLIS)));
    }
    return points;
  }

  private static Table table(Trials<Round> trials) {
    List<Table.Column> columns =
        List.of(
            Table.Column.text("compute"),
            Table.Column.number("a trip, median"),
            Table.Column.number("short requests, 1 connection"),
            Table.Column.number(MANY + " connections"),
            Table.Column.number("p99 there"),
            Table.Column.number("long request, median"),
            Table.Column.number("p99"));
    List<List<Cell>> rows = new ArrayList<>();
    for (Trials.Row<Round> row : trials.rows()) {
      rows.add(
          !row.measured()
              ? row.missingCells(columns.size())
              : List.of(
                  Cell.name(row.variant().name()),
                  row.spread(Round::tripSeconds).cell(Unit.SECONDS, "no answer"),
                  row.spread(Round::oneRate).cell(RATE, "no answer"),
                  row.spread(Round::manyRate).cell(RATE, "no answer"),
                  row.spread(round -> round.many().p99Micros() / 1e6)
                      .cell(Unit.SECONDS, "no answer"),
                  row.spread(round -> round.longs().medianSeconds())
                      .cell(Unit.SECONDS, "no answer"),
                  row.spread(round -> round.longs().p99Seconds()).cell(Unit.SECONDS, "no answer")));
    }
    return new Table(
        "Computed elsewhere",
        "Median and range over the rounds. A trip is the latency of fib(1) over one connection.",
        columns,
        rows);
  }

  /** The rules; the figures decide. */
  static List<Claim> claims(Trials<Round> trials) {
    Rule dearer =
        new Rule(
            "clusterTripIsDearer",
            "a trip to a member costs several times that to a process",
            "its median is at least twice as long",
            Double.NaN,
            Wording::times);
    Rule unseen =
        new Rule(
            "noClientSeesTheKill",
            "with retries a killed worker costs no client an error",
            "no request fails",
            Double.NaN,
            value -> Wording.count((long) value, "failed request"));
    String cluster = new Kind(1).name();
    Spread ratio = Computing.ratio(trials, cluster, PROCESSES, Round::tripSeconds);
    Spread failed =
        trials
            .row(new Kind(KILLED_OF).name())
            .map(row -> row.spread(Round::failures))
            .orElse(Spread.NONE);
    return List.of(
        ratio.measured()
            ? dearer.decided(
                ratio,
                value -> value >= 2,
                "A trip to a member took %s as long as one to a process"
                    .formatted(ratio.show(Wording::times)))
            : dearer.unknown("There is nothing to compare."),
        failed.measured()
            ? unseen.decided(
                failed,
                value -> value == 0,
                "The kill cost " + failed.show(value -> Wording.count((long) value, "error")))
            : unseen.unknown("No worker was killed."));
  }

  private static List<Findings.SummaryLine> summary(Trials<Round> trials) {
    List<Findings.SummaryLine> lines = new ArrayList<>();
    for (Trials.Row<Round> row : trials.rows()) {
      String name = row.variant().name();
      if (!row.measured()) {
        lines.add(new Findings.SummaryLine(name, "", row.whyMissing()));
        continue;
      }
      lines.add(
          new Findings.SummaryLine(
              name + ": a trip", "", row.spread(Round::tripSeconds).show(Wording::seconds)));
      lines.add(
          new Findings.SummaryLine(
              "%s: short requests, %d connections".formatted(name, MANY),
              "",
              row.spread(Round::manyRate).show(Wording::rate)));
      Spread silence = row.spread(Round::longestSilence);
      if (silence.measured()) {
        lines.add(
            new Findings.SummaryLine(
                name + ": longest silence around the kill", "", silence.show(Wording::seconds)));
      }
    }
    return lines;
  }

  private static Object json(Trials<Round> trials) {
    return new Results(
        trials.rows().stream()
            .map(row ->
                new VariantResults(row.variant().name(), row.failure(), List.copyOf(row.rounds())))
            .toList());
  }

  /**
   * A worker killed under load.
   *
   * @param answers in each tenth of a second
   * @param failures requests that were not answered rightly
   * @param longestSilenceSeconds the longest time without an answer, in tenths
   */
  record Killing(List<Integer> answers, long failures, double longestSilenceSeconds) {}

  /**
   * One round of one variant.
   *
   * @param one short requests over one connection
   * @param many over many
   * @param longN what the long requests asked for
   * @param longs long requests
   * @param killing null where nobody was killed
   */
  record Round(
      Perf2.Phase one, Perf2.Phase many, int longN, Perf1.Result longs, @Nullable Killing killing) {
    double tripSeconds() {
      return one.p50Micros() / 1e6;
    }

    double oneRate() {
      return one.requestsPerSecond();
    }

    double manyRate() {
      return many.requestsPerSecond();
    }

    double failures() {
      return killing == null ? Double.NaN : killing.failures();
    }

    double longestSilence() {
      return killing == null ? Double.NaN : killing.longestSilenceSeconds();
    }
  }

  record VariantResults(String variant, @Nullable String failure, List<Round> rounds) {}

  record Results(List<VariantResults> variants) {}
}
