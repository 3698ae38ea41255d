// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.lab.ServerProcess;
import dev.overtake.load.GeneratorHealth;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** One server's turns under load, and what they add up to. Not thread-safe. */
final class Turns implements AutoCloseable {
  private final ServerProcess server;
  private final Load warmup;
  private final Load load;
  private final Stopwatch cpu;
  private final List<Result> results = new ArrayList<>();
  private int limited; // turns in which the generator was the limit
  private @Nullable String limit;

  /** Puts a server under load for so long. */
  interface Load {
    Result run(Duration length) throws IOException, InterruptedException;
  }

  /** What came of one turn. */
  record Result(
      long requests,
      double requestsPerSecond,
      double p50Micros,
      double p99Micros,
      GeneratorHealth health) {}

  Turns(ServerProcess server, Load warmup, Load load) {
    this.server = server;
    this.warmup = warmup;
    this.load = load;
    this.cpu = new Stopwatch(server);
  }

  void warmUp(Duration length) throws IOException, InterruptedException {
    warmup.run(length);
  }

  void measure(Duration length) throws IOException, InterruptedException {
    cpu.resume();
    Result result = load.run(length);
    cpu.pause();
    results.add(result);
    if (result.health.saturated()) {
      limited++;
      limit = result.health.verdict();
    }
  }

  /** The sums of the counts, and the medians of the rates and latencies, over all turns. */
  Measurement measurement() {
    Measurement measurement =
        cpu.measurement(results.stream().mapToLong(Result::requests).sum())
            .with(Figure.REQUESTS_PER_SECOND, median(Result::requestsPerSecond))
            .with(Figure.P50, median(Result::p50Micros))
            .with(Figure.P99, median(Result::p99Micros))
            .with(Figure.GENERATOR, median(result -> result.health.cpuShare()));
    String verdict = limit;
    if (verdict != null && 2 * limited > results.size()) {
      measurement.limitedBy("in %d of %d turns: %s".formatted(limited, results.size(), verdict));
    }
    return measurement;
  }

  private double median(ToDoubleFunction<Result> figure) {
    return Spread.of(results.stream().mapToDouble(figure).boxed().toList()).median();
  }

  @Override
  public void close() {
    server.close();
  }
}
