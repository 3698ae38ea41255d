// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.lab.ServerFailure;
import dev.overtake.lab.ServerProcess;
import dev.overtake.load.LatencyFigures;
import dev.overtake.load.LoadListener;
import dev.overtake.load.OpenLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/** A published mix of short and long requests at rising loads, peers among the servers. */
record Bimodal(Mix mix, List<Double> loads) implements OneByOne<Bimodal.Setting> {
  private static final int CONNECTIONS = 64;
  private static final int WARM_CONNECTIONS = 32;
  private static final double WARM_LOAD = 0.5;
  private static final double LIMIT = 50;
  private static final double LEAST_ANSWERED = 0.98;
  private static final double TWICE = 2;
  private static final String EXTREME = "extreme";
  private static final String OURS = "overtake";
  private static final String NETTY = "netty";

  /**
   * Which one; docs/bimodal.md.
   *
   * @param name as it is asked for
   * @param kinds of request, the shortest first and the longest last
   */
  record Mix(String name, List<Kind> kinds) {
    private static final List<Mix> ALL =
        List.of(
            new Mix(EXTREME, List.of(kind(50, 99.5), kind(50_000, 0.5))),
            new Mix("high", List.of(kind(100, 50), kind(10_000, 50))),
            new Mix(
                "tpcc",
                List.of(
                    kind(570, 44), kind(600, 4), kind(2_000, 44), kind(8_800, 4), kind(10_000, 4))),
            new Mix("rocksdb", List.of(kind(150, 50), kind(63_500, 50))),
            new Mix("fixed", List.of(kind(1_000, 1))));

    private static Kind kind(int micros, double weight) {
      return new Kind(Duration.ofNanos(1_000L * micros), weight);
    }

    @Override
    public String toString() {
      return name;
    }

    /**
     * Finds the mix of that name.
     *
     * @throws IllegalArgumentException if there is none; the message has the value and the choices
     */
    static Mix parse(String name) {
      return ALL.stream()
          .filter(mix -> mix.name.equals(name))
          .findFirst()
          .orElseThrow(() ->
              new IllegalArgumentException(
                  "mix unknown: %s; choose of %s"
                      .formatted(
                          name, ALL.stream().map(Mix::name).collect(Collectors.joining(", ")))));
    }
  }

  record Kind(Duration service, double weight) {}

  @Override
  public String id() {
    return "bimodal";
  }

  @Override
  public String question() {
    return "Up to which load of the mix %s are short requests slowed down by at most 50 times?"
        .formatted(mix);
  }

  @Override
  public String method() {
    return "open loop, Poisson arrivals, 64 connections a core; capacity is cores ÷ mean service time."
        + " Service times are those of fib(n), within a factor of 1.3 of the mix's, and slowdown is"
        + " latency from the planned time ÷ the time that fib(n) takes alone; p99.9 of at least"
        + " 1,000 requests";
  }

  @Override
  public List<String> models() {
    return List.of(OURS, "threads", "virtual", NETTY);
  }

  @Override
  public List<Setting> settings() {
    return loads.stream().map(load -> new Setting(mix, load)).toList();
  }

  @Override
  public Plan.Usual usual() {
    return new Plan.Usual(3, 5, 2);
  }

  @Override
  public List<Figure> columns() {
    return List.of(
        Figure.PLANNED_PER_SECOND,
        Figure.ANSWERED_SHARE,
        Figure.SHORT_P99_SLOWDOWN,
        Figure.SHORT_P999_SLOWDOWN,
        Figure.LONG_P50_SLOWDOWN,
        Figure.LONG_P99_SLOWDOWN,
        Figure.SERVER_CORES,
        Figure.GENERATOR);
  }

  @Override
  public Duration expected(Bench bench) {
    return Bench.START_AND_STOP
        .plus(bench.plan().warmup().multipliedBy(2))
        .plus(bench.plan().phase());
  }

  @Override
  public Measurement measure(Bench bench, Setting setting, String model)
      throws ServerFailure, IOException, InterruptedException {
    List<Bench.Request> requests = new ArrayList<>();
    List<OpenLoop.RequestClass> classes = new ArrayList<>();
    double weights = 0;
    double weighted = 0;
    for (Kind kind : mix.kinds) {
      Bench.Request request = bench.requestOf(kind.service);
      requests.add(request);
      classes.add(new OpenLoop.RequestClass("kind " + requests.size(), request.n(), kind.weight));
      weights += kind.weight;
      weighted += kind.weight * request.seconds();
    }
    double capacity = bench.serverCores() * weights / weighted;
    try (ServerProcess server = bench.start(model)) {
      OpenLoop.Options load =
          OpenLoop.Options.defaults(Bench.target(server), setting.load * capacity)
              .withMix(classes)
              .withConnections(CONNECTIONS * bench.serverCores());
      Bench.shortLoad(server, WARM_CONNECTIONS, bench.plan().warmup());
      OpenLoop.Options warm =
          OpenLoop.Options.defaults(Bench.target(server), WARM_LOAD * capacity)
              .withMix(classes)
              .withTimes(Duration.ZERO, bench.plan().warmup());
      new OpenLoop(warm).run(LoadListener.NONE);
      Stopwatch cpu = Stopwatch.start(server);
      OpenLoop.Run run =
          new OpenLoop(load.withTimes(Duration.ZERO, bench.plan().phase())).run(LoadListener.NONE);
      long planned = run.result().classes().stream().mapToLong(c -> c.planned()).sum();
      long answered = run.result().classes().stream().mapToLong(c -> c.answered()).sum();
      Histogram shorts = run.classes().getFirst().response();
      Histogram longs = run.classes().getLast().response();
      double shortSeconds = requests.getFirst().seconds();
      double longSeconds = requests.getLast().seconds();
      return cpu.stop(answered)
          .with(run.health())
          .with(Figure.PLANNED_PER_SECOND, run.result().targetPerSecond())
          .with(Figure.ANSWERED_SHARE, (double) answered / Math.max(1, planned))
          .with(Figure.SHORT_P99_SLOWDOWN, slowdown(shorts, 99, shortSeconds))
          .with(Figure.SHORT_P999_SLOWDOWN, slowdown(shorts, 99.9, shortSeconds))
          .with(Figure.LONG_P50_SLOWDOWN, slowdown(longs, 50, longSeconds))
          .with(Figure.LONG_P99_SLOWDOWN, slowdown(longs, 99, longSeconds));
    }
  }

  /** NaN if none of the samples would lie beyond the percentile. */
  private static double slowdown(Histogram nanos, double percentile, double aloneSeconds) {
    return LatencyFigures.anyBeyond(percentile, nanos.getTotalCount())
        ? nanos.getValueAtPercentile(percentile) / 1e9 / aloneSeconds
        : Double.NaN;
  }

  @Override
  public List<Comparison> comparisons(Bench bench, Results results) {
    List<Comparison> comparisons = new ArrayList<>();
    for (String model : results.rows().stream().map(Results.Row::model).distinct().toList()) {
      comparisons.add(
          Comparison.plain("%s, %s, highest load".formatted(mix, model), highest(results, model)));
    }
    if (mix.name.equals(EXTREME)) {
      for (String rival : List.of("virtual", NETTY)) {
        Spread ours = highest(results, OURS);
        Spread theirs = highest(results, rival);
        // Who holds none of the loads holds less than the lowest one.
        double least = Math.max(theirs.median(), loads.getFirst());
        comparisons.add(
            Comparison.atLeast(
                TWICE,
                "overtake ÷ %s, highest load, %s taken for the least"
                    .formatted(rival, loads.getFirst()),
                Spread.of(List.of(ours.median() / least))));
      }
    }
    return comparisons;
  }

  /** By the medians over the rounds; 0 if none was held, empty if that is unknown. */
  private Spread highest(Results results, String model) {
    double highest = Double.NaN;
    for (Setting setting : settings()) {
      Spread slowdown = results.figure(setting.toString(), Figure.SHORT_P999_SLOWDOWN, model);
      Spread answered = results.figure(setting.toString(), Figure.ANSWERED_SHARE, model);
      if (!slowdown.isEmpty()) {
        boolean held = slowdown.median() <= LIMIT && answered.median() >= LEAST_ANSWERED;
        highest = held ? setting.load : Double.isNaN(highest) ? 0 : highest;
      }
    }
    return Spread.of(List.of(highest));
  }

  record Setting(Mix mix, double load) {
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%s at %.0f%%", mix, load * 100);
    }
  }
}
