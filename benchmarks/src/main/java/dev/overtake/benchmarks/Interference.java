// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import static java.util.Objects.requireNonNull;

import dev.overtake.lab.ServerFailure;
import dev.overtake.lab.ServerProcess;
import dev.overtake.load.Perf2;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What long requests do to short ones. */
record Interference(List<Integer> connections, List<Integer> hogs)
    implements OneByOne<Interference.Setting> {
  private static final double RETENTION = 0.9;
  private static final double P99_RATIO = 2;

  @Override
  public String id() {
    return "interference";
  }

  @Override
  public String question() {
    return "How much of their rate and of their p99 do short requests keep beside long ones?";
  }

  @Override
  public String method() {
    return "closed loop of n=1, then the same with hogs, each of which computes longer than the"
        + " phase lasts; fresh server for each setting";
  }

  @Override
  public List<String> models() {
    return List.of("overtake", "threads", "virtual", "event-loop", "fallback", "netty", "vertx");
  }

  @Override
  public List<Setting> settings() {
    List<Setting> settings = new ArrayList<>();
    connections.forEach(c -> hogs.forEach(h -> settings.add(new Setting(c, h))));
    return settings;
  }

  @Override
  public List<Figure> columns() {
    return List.of(
        Figure.CALM_PER_SECOND,
        Figure.LOADED_PER_SECOND,
        Figure.RETENTION,
        Figure.CALM_P99,
        Figure.LOADED_P99,
        Figure.P99_RATIO,
        Figure.LONGEST_STALL,
        Figure.GENERATOR);
  }

  @Override
  public Duration expected(Bench bench) {
    return Bench.START_AND_STOP
        .plus(bench.plan().warmup().multipliedBy(2))
        .plus(bench.plan().phase().multipliedBy(2));
  }

  @Override
  public Measurement measure(Bench bench, Setting setting, String model)
      throws ServerFailure, IOException, InterruptedException {
    int hogN = endlessN(bench);
    try (ServerProcess server = bench.start(model)) {
      Duration phase = bench.plan().phase();
      return figures(
          bench.loadBesideHogs(server, setting.connections, setting.hogs, hogN, phase, phase));
    }
  }

  /** A request that outlasts the loaded phase even on a core of its own. */
  static int endlessN(Bench bench) {
    return bench.requestOf(bench.plan().phase().multipliedBy(2)).n();
  }

  static Measurement figures(Perf2.Run run) {
    Perf2.Phase calm = run.result().calm();
    Perf2.Phase loaded = requireNonNull(run.result().loaded());
    Double retention = run.result().retention();
    return new Measurement()
        .with(run.health())
        .with(Figure.CALM_PER_SECOND, calm.requestsPerSecond())
        .with(Figure.LOADED_PER_SECOND, loaded.requestsPerSecond())
        .with(Figure.RETENTION, retention == null ? Double.NaN : retention)
        .with(Figure.CALM_P99, calm.p99Micros())
        .with(Figure.LOADED_P99, loaded.p99Micros())
        .with(Figure.P99_RATIO, loaded.p99Micros() / calm.p99Micros())
        .with(Figure.LONGEST_STALL, loaded.longestStallMillis());
  }

  @Override
  public List<Comparison> comparisons(Bench bench, Results results) {
    List<Comparison> comparisons = new ArrayList<>();
    for (Setting setting : settings()) {
      String name = setting.toString();
      comparisons.add(
          Comparison.atLeast(
              RETENTION,
              "overtake, %s, retention".formatted(name),
              results.figure(name, Figure.RETENTION, "overtake")));
      comparisons.add(
          Comparison.atMost(
              P99_RATIO,
              "overtake, %s, loaded p99 ÷ calm p99".formatted(name),
              results.figure(name, Figure.P99_RATIO, "overtake")));
    }
    return comparisons;
  }

  record Setting(int connections, int hogs) {
    @Override
    public String toString() {
      return "%d connections, %d hogs".formatted(connections, hogs);
    }
  }
}
