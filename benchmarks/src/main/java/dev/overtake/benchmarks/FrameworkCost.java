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
record FrameworkCost(List<Framework> settings) implements SideBySide<Framework> {
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
    return "closed loop of /short over %d connections; the same service without the agent and with it; %s"
        .formatted(ServiceLoad.CONNECTIONS, turnsInWords());
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
    return new Plan.Usual(4, 8, 3);
  }

  @Override
  public Duration expected(Bench bench) {
    return ServiceLoad.START_AND_STOP.plus(SideBySide.turns(bench));
  }

  @Override
  public ServerProcess start(Bench bench, Framework framework, String model)
      throws ServerFailure, IOException, InterruptedException {
    return bench.startService(framework, model);
  }

  @Override
  public Turns.Load load(Bench bench, ServerProcess server, Framework framework) {
    ServiceLoad load = new ServiceLoad(server);
    return new ClosedTurns(length -> {
      Interference.ShortRun run = load.backToBack(length);
      LatencyFigures latencies = LatencyFigures.of(run.service());
      return new ClosedTurns.Result(
          run.ok(),
          run.ok() / run.seconds(),
          latencies.p50Micros(),
          latencies.p99Micros(),
          run.health());
    });
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
