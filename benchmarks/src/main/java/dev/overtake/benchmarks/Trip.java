// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.lab.ServerFailure;
import dev.overtake.lab.ServerProcess;
import dev.overtake.load.Perf2;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What it costs a request to be computed elsewhere. */
final class Trip implements OneByOne<Trip.Setting> {
  private static final String INLINE = "overtake";
  private static final String THREADS = "overtake@threads:4";
  private static final String PROCESSES = "overtake@processes:4";
  private static final int CALLERS_TO_WARM_UP = 32;

  /** Five JVMs compile what one does elsewhere. */
  private static final int WARMUPS = 2;

  @Override
  public String id() {
    return "trip";
  }

  @Override
  public String question() {
    return "What does the trip of a task to another thread or process cost, in processor time and in"
        + " latency?";
  }

  @Override
  public String method() {
    return "closed loop of n=1, so that all but the trip costs next to nothing; processor time is"
        + " that of the server and its workers; the trip is the difference to computing inline, in"
        + " the same round; warm-up by 32 connections, twice as long as elsewhere";
  }

  @Override
  public List<String> models() {
    return List.of(INLINE, THREADS, PROCESSES);
  }

  @Override
  public List<Setting> settings() {
    return List.of(new Setting(1), new Setting(CALLERS_TO_WARM_UP));
  }

  @Override
  public List<Figure> columns() {
    return List.of(
        Figure.REQUESTS_PER_SECOND,
        Figure.CPU_PER_REQUEST,
        Figure.WORKER_CPU_PER_REQUEST,
        Figure.P50,
        Figure.P99,
        Figure.GENERATOR);
  }

  @Override
  public Duration expected(Bench bench) {
    return Bench.START_AND_STOP
        .plus(bench.plan().warmup().multipliedBy(WARMUPS))
        .plus(bench.plan().phase());
  }

  @Override
  public Measurement measure(Bench bench, Setting setting, String model)
      throws ServerFailure, IOException, InterruptedException {
    try (ServerProcess server = bench.start(model)) {
      Duration warmup = bench.plan().warmup().multipliedBy(WARMUPS);
      Bench.shortLoad(server, CALLERS_TO_WARM_UP, warmup);
      long workersBefore = workersCpuNanos(server);
      Stopwatch cpu = Stopwatch.start(server);
      Perf2.Run run = Bench.shortLoad(server, setting.connections, bench.plan().phase());
      Perf2.Phase calm = run.result().calm();
      Measurement measured = cpu.stop(calm.requests());
      double workers = workersCpuNanos(server) - workersBefore;
      return measured
          .with(run.health())
          .with(Figure.WORKER_CPU_PER_REQUEST, workers / 1e3 / calm.requests())
          .with(Figure.REQUESTS_PER_SECOND, calm.requestsPerSecond())
          .with(Figure.P50, calm.p50Micros())
          .with(Figure.P99, calm.p99Micros());
    }
  }

  private static long workersCpuNanos(ServerProcess server) {
    return ProcessHandle.of(server.pid()).stream()
        .flatMap(ProcessHandle::children)
        .flatMap(worker -> worker.info().totalCpuDuration().stream())
        .mapToLong(Duration::toNanos)
        .sum();
  }

  @Override
  public List<Comparison> comparisons(Bench bench, Results results) {
    List<Comparison> comparisons = new ArrayList<>();
    for (Setting setting : settings()) {
      for (String model : List.of(THREADS, PROCESSES)) {
        String name = "%s, %s, ".formatted(model, setting);
        comparisons.add(
            Comparison.plain(
                name + "trip's processor time in µs",
                more(
                    results,
                    setting,
                    List.of(Figure.CPU_PER_REQUEST, Figure.WORKER_CPU_PER_REQUEST),
                    model)));
        comparisons.add(
            Comparison.plain(
                name + "trip's latency in µs", more(results, setting, List.of(Figure.P50), model)));
        comparisons.add(
            Comparison.plain(
                name + "÷ inline, requests/s",
                results.ratio(setting.toString(), Figure.REQUESTS_PER_SECOND, model, INLINE)));
      }
    }
    return comparisons;
  }

  /** By how much the figures' sum is above inline's, round by round. */
  private static Spread more(Results results, Setting setting, List<Figure> figures, String model) {
    List<Double> differences = new ArrayList<>();
    String at = setting.toString();
    for (int round = 0; round < results.figure(at, Figure.P50, INLINE).rounds().size(); round++) {
      double difference = 0;
      for (Figure figure : figures) {
        difference +=
            results.figure(at, figure, model).rounds().get(round)
                - results.figure(at, figure, INLINE).rounds().get(round);
      }
      differences.add(difference);
    }
    return Spread.of(differences);
  }

  record Setting(int connections) {
    @Override
    public String toString() {
      return connections == 1 ? "1 caller" : connections + " callers";
    }
  }
}
