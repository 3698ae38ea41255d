// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.lab.ProgressListener;
import dev.overtake.lab.ServerFailure;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Measures each server once a round, in each setting, the servers taking turns: whatever changes on
 * the machine while a run lasts, changes for all of them.
 *
 * @param <S> the benchmark's settings
 */
final class Runner<S> {
  private final Bench bench;
  private final Benchmark<S> benchmark;
  private final ProgressListener progress;
  private int step;

  Runner(Bench bench, Benchmark<S> benchmark, ProgressListener progress) {
    this.bench = bench;
    this.benchmark = benchmark;
    this.progress = progress;
  }

  /** About how long {@link #run} takes. */
  Duration expected() {
    return benchmark.expected(bench).multipliedBy(steps());
  }

  private int steps() {
    Plan plan = bench.plan();
    return plan.rounds() * benchmark.settings().size() * plan.models(benchmark).size();
  }

  Results run() throws InterruptedException {
    List<String> models = bench.plan().models(benchmark);
    int rounds = bench.plan().rounds();
    Results results =
        new Results(benchmark.settings().stream().map(Object::toString).toList(), models, rounds);
    for (int round = 0; round < rounds; round++) {
      // Each round begins with another server: the first one may find the machine in another state.
      List<String> order = new ArrayList<>(models);
      Collections.rotate(order, -round);
      for (S setting : benchmark.settings()) {
        for (String model : order) {
          begin("%s, round %d, %s: %s".formatted(benchmark.id(), round + 1, setting, model));
          measure(setting, model, results.row(setting.toString(), model));
        }
      }
    }
    return results;
  }

  private void begin(String label) {
    int left = steps() - step;
    step++;
    progress.step(step, steps(), label, benchmark.expected(bench).multipliedBy(left));
  }

  /* A server that fails costs its own row a round, not the run. */
  private void measure(S setting, String model, Results.Row row) throws InterruptedException {
    try {
      row.add(benchmark.measure(bench, setting, model));
    } catch (ServerFailure | IOException e) {
      String why = String.valueOf(e.getMessage());
      row.failed(why);
      progress.note("%s, %s: %s".formatted(model, setting, why));
    }
  }
}
