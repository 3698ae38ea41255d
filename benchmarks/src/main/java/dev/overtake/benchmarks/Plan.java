// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import java.time.Duration;
import java.util.List;

/**
 * How much is measured, in all benchmarks alike.
 *
 * @param rounds how often each server is measured in each setting
 * @param phase how long each measured phase lasts
 * @param warmup how long each fresh server is warmed up before
 * @param models the servers, as {@link Peer} spells them; empty for each benchmark's own choice
 * @param jvmFlags what every server's JVM is started with
 */
record Plan(
    int rounds, Duration phase, Duration warmup, List<String> models, List<String> jvmFlags) {
  Plan {
    models = List.copyOf(models);
    jvmFlags = List.copyOf(jvmFlags);
  }

  /**
   * How much is measured unless the user says otherwise.
   *
   * @param rounds as above
   * @param seconds each phase
   * @param warmup in seconds
   */
  record Usual(int rounds, double seconds, double warmup) {
    /** Of all that have no plan of their own. */
    static final Usual PLAN = new Usual(5, 5, 3);

    /** A look, no figures. */
    static final Usual QUICK = new Usual(1, 1, 1);
  }

  List<String> models(Benchmark<?> benchmark) {
    return models.isEmpty() ? benchmark.models() : models;
  }
}
