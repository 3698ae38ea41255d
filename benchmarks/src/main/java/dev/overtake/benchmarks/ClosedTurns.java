// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.load.GeneratorHealth;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A closed loop in turns; its rates and latencies are the medians over them. Not thread-safe. */
final class ClosedTurns implements Turns.Load {
  private final Loop loop;
  private final List<Result> results = new ArrayList<>();

  /** Runs a closed loop for so long. */
  interface Loop {
    Result run(Duration length) throws IOException, InterruptedException;
  }

  /** What came of one turn. */
  record Result(
      long requests,
      double requestsPerSecond,
      double p50Micros,
      double p99Micros,
      GeneratorHealth health) {}

  ClosedTurns(Loop loop) {
    this.loop = loop;
  }

  @Override
  public Turns.Turn run(Duration length) throws IOException, InterruptedException {
    Result result = loop.run(length);
    results.add(result);
    return new Turns.Turn(result.requests, result.health);
  }

  @Override
  public Measurement figures(Measurement measurement) {
    return measurement
        .with(Figure.REQUESTS_PER_SECOND, Turns.median(results, Result::requestsPerSecond))
        .with(Figure.P50, Turns.median(results, Result::p50Micros))
        .with(Figure.P99, Turns.median(results, Result::p99Micros));
  }
}
