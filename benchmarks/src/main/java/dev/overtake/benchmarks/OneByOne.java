// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.lab.ServerFailure;
import java.io.IOException;
import java.util.List;

/**
 * A benchmark with one server at a time, which has the processors for itself.
 *
 * @param <S> a setting
 */
interface OneByOne<S> extends Benchmark<S> {
  /**
   * Measures one server in one setting, once. Starts the server itself, and stops it.
   *
   * @throws ServerFailure if the server does not do its part
   * @throws IOException if it can't be reached or used
   */
  Measurement measure(Bench bench, S setting, String model)
      throws ServerFailure, IOException, InterruptedException;

  @Override
  default void measure(Bench bench, S setting, List<String> models, Round round)
      throws InterruptedException {
    for (String model : models) {
      round.begin(model);
      try {
        round.measured(model, measure(bench, setting, model));
      } catch (ServerFailure | IOException e) {
        round.failed(model, e);
      }
    }
  }
}
