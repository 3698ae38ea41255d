// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.lab.ServerFailure;
import dev.overtake.lab.ServerProcess;
import dev.overtake.load.Perf2;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** What short requests cost when nothing else is asked for. */
abstract sealed class ClosedLoop implements Benchmark<ClosedLoop.Setting> permits Calm, Layer {
  @Override
  public String method() {
    return "closed loop of n=1; CPU time is the whole server process's, user and system";
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
    return Bench.START_AND_STOP.plus(bench.plan().warmup()).plus(bench.plan().phase());
  }

  @Override
  public Measurement measure(Bench bench, Setting setting, String model)
      throws ServerFailure, IOException, InterruptedException {
    try (ServerProcess server = bench.start(model)) {
      Bench.shortLoad(server, setting.connections, bench.plan().warmup());
      Stopwatch cpu = Stopwatch.start(server);
      Perf2.Run run = Bench.shortLoad(server, setting.connections, bench.plan().phase());
      Perf2.Phase calm = run.result().calm();
      return cpu.stop(calm.requests())
          .with(run.health())
          .with(Figure.REQUESTS_PER_SECOND, calm.requestsPerSecond())
          .with(Figure.P50, calm.p50Micros())
          .with(Figure.P99, calm.p99Micros());
    }
  }

  record Setting(int connections) {
    @Override
    public String toString() {
      return connections == 1 ? "1 connection" : connections + " connections";
    }
  }
}
