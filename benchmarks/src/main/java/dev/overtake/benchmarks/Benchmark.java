// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import java.time.Duration;
import java.util.List;

/**
 * A question put to several servers in several settings.
 *
 * @param <S> a setting, such as a number of connections; its {@code toString} is its name in tables
 */
interface Benchmark<S> {
  /** What to type to run it. */
  String id();

  String question();

  /** How a server is put under load, in words. */
  String method();

  /** The servers to measure unless the user names others. */
  List<String> models();

  List<S> settings();

  /** How much is measured unless the user says otherwise; who has a plan of its own runs alone. */
  default Plan.Usual usual() {
    return Plan.Usual.PLAN;
  }

  /** What every server's JVM is started with beside the plan's flags. */
  default List<String> openingFlags() {
    return Bench.OPENING_FLAGS;
  }

  /** The columns of the table. */
  List<Figure> columns();

  /** About how long the measurement of one server takes, with starting and stopping it. */
  Duration expected(Bench bench);

  /**
   * Measures each of the servers once in one setting. Starts the servers itself, and stops them.
   *
   * @param models the servers, in this round's order
   */
  void measure(Bench bench, S setting, List<String> models, Round round)
      throws InterruptedException;

  /** What the figures say, computed from them. */
  List<Comparison> comparisons(Bench bench, Results results);
}
