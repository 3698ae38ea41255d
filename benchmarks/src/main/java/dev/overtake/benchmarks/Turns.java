// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.lab.ServerProcess;
import dev.overtake.load.GeneratorHealth;
import dev.overtake.load.Perf2;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** One server's turns under short load, and what they add up to. Not thread-safe. */
final class Turns implements AutoCloseable {
  /** Those of the setting may be too few to have everything compiled in time. */
  private static final int CONNECTIONS_TO_WARM_UP = 32;

  private final ServerProcess server;
  private final int connections;
  private final Stopwatch cpu;
  private final List<Perf2.Phase> phases = new ArrayList<>();
  private final List<Double> generatorShares = new ArrayList<>();
  private int limited; // turns in which the generator was the limit
  private @Nullable String limit;

  Turns(ServerProcess server, int connections) {
    this.server = server;
    this.connections = connections;
    this.cpu = new Stopwatch(server);
  }

  void warmUp(Duration length) throws IOException, InterruptedException {
    Bench.shortLoad(server, CONNECTIONS_TO_WARM_UP, length);
  }

  void measure(Duration length) throws IOException, InterruptedException {
    cpu.resume();
    Perf2.Run run = Bench.shortLoad(server, connections, length);
    cpu.pause();
    phases.add(run.result().calm());
    GeneratorHealth health = run.health();
    generatorShares.add(health.cpuShare());
    if (health.saturated()) {
      limited++;
      limit = health.verdict();
    }
  }

  /** The sums of the counts, and the medians of the latencies, over all turns. */
  Measurement measurement() {
    long requests = phases.stream().mapToLong(Perf2.Phase::requests).sum();
    Measurement measurement =
        cpu.measurement(requests)
            .with(Figure.REQUESTS_PER_SECOND, median(Perf2.Phase::requestsPerSecond))
            .with(Figure.P50, median(Perf2.Phase::p50Micros))
            .with(Figure.P99, median(Perf2.Phase::p99Micros))
            .with(Figure.GENERATOR, median(generatorShares));
    String verdict = limit;
    if (verdict != null && 2 * limited > phases.size()) {
      measurement.limitedBy("in %d of %d turns: %s".formatted(limited, phases.size(), verdict));
    }
    return measurement;
  }

  private double median(ToDoubleFunction<Perf2.Phase> figure) {
    return median(phases.stream().map(figure::applyAsDouble).toList());
  }

  private static double median(List<Double> values) {
    return Spread.of(values).median();
  }

  @Override
  public void close() {
    server.close();
  }
}
