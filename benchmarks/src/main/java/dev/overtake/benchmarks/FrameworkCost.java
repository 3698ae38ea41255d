// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.lab.ServerFailure;
import dev.overtake.lab.ServerProcess;
import dev.overtake.load.Interference;
import dev.overtake.load.LatencyFigures;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** What the agent costs services of others that have no long requests. */
record FrameworkCost(List<Framework> settings) implements OneByOne<Framework> {
  private static final String WITHOUT = "virtual";
  private static final String WITH = "agent";
  private static final double MOST = 1.03;

  @Override
  public String id() {
    return "frameworks-calm";
  }

  @Override
  public String question() {
    return "What does the agent cost frameworks on the JDK's virtual threads when there are no long"
        + " requests?";
  }

  @Override
  public String method() {
    return ("closed loop of /short over %d connections; CPU time is the whole server process's, user"
            + " and system; the same service without the agent and with it")
        .formatted(ServiceLoad.CONNECTIONS);
  }

  @Override
  public List<String> models() {
    return List.of(WITHOUT, WITH);
  }

  @Override
  public List<String> openingFlags() {
    return List.of();
  }

  @Override
  public Plan.Usual usual() {
    return new Plan.Usual(6, 5, 10);
  }

  @Override
  public List<Figure> columns() {
    return List.of(
        Figure.REQUESTS_PER_SECOND,
        Figure.CPU_PER_REQUEST,
        Figure.SERVER_CORES,
        Figure.P50,
        Figure.P99,
        Figure.GENERATOR);
  }

  @Override
  public Duration expected(Bench bench) {
    return ServiceLoad.START_AND_STOP.plus(bench.plan().warmup()).plus(bench.plan().phase());
  }

  @Override
  public Measurement measure(Bench bench, Framework framework, String model)
      throws ServerFailure, IOException, InterruptedException {
    try (ServerProcess server = bench.startService(framework, model)) {
      ServiceLoad load = new ServiceLoad(server);
      load.backToBack(bench.plan().warmup());
      Stopwatch cpu = Stopwatch.start(server);
      Interference.ShortRun run = load.backToBack(bench.plan().phase());
      LatencyFigures latencies = LatencyFigures.of(run.service());
      return cpu.stop(run.ok())
          .with(run.health())
          .with(Figure.REQUESTS_PER_SECOND, run.ok() / run.seconds())
          .with(Figure.P50, latencies.p50Micros())
          .with(Figure.P99, latencies.p99Micros());
    }
  }

  @Override
  public List<Comparison> comparisons(Bench bench, Results results) {
    return settings.stream()
        .map(framework ->
            Comparison.atMost(
                MOST,
                "%s, CPU per request with the agent ÷ without".formatted(framework),
                results.ratio(framework.toString(), Figure.CPU_PER_REQUEST, WITH, WITHOUT)))
        .toList();
  }
}
