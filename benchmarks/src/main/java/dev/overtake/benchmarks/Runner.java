// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.lab.ProgressListener;
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
        benchmark.measure(bench, setting, order, new InSetting(results, round, setting.toString()));
      }
    }
    return results;
  }

  private void begin(String label) {
    int left = steps() - step;
    step++;
    progress.step(step, steps(), label, benchmark.expected(bench).multipliedBy(left));
  }

  private final class InSetting implements Round {
    private final Results results;
    private final int number;
    private final String setting;

    InSetting(Results results, int number, String setting) {
      this.results = results;
      this.number = number;
      this.setting = setting;
    }

    @Override
    public void begin(String model) {
      Runner.this.begin(
          "%s, round %d, %s: %s".formatted(benchmark.id(), number + 1, setting, model));
    }

    @Override
    public void measured(String model, Measurement measurement) {
      results.row(setting, model).add(measurement);
    }

    @Override
    public void failed(String model, Exception why) {
      String reason = String.valueOf(why.getMessage());
      results.row(setting, model).failed(reason);
      progress.note("%s, %s: %s".formatted(model, setting, reason));
    }
  }
}
