// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

/**
 * The article's figures that the lab puts beside its own: "A Tale of Two Concurrencies (Part 1)".
 */
final class Article {
  /** Names its row in a table. */
  static final String ROW = "the article (CPython threads)";

  /** Seconds for {@code fib(30)}, one client alone: median of five. */
  static final double PERF1_ONE_CLIENT_SECONDS = 0.616;

  /** Seconds for {@code fib(30)}, two clients: median of three. */
  static final double PERF1_TWO_CLIENTS_SECONDS = 1.363;

  static final String PERF1_ONE_CLIENT = "0.60 – 0.78 s";
  static final String PERF1_TWO_CLIENTS = "1.28 – 1.42 s";
  static final double PERF1_TWO_TO_ONE = PERF1_TWO_CLIENTS_SECONDS / PERF1_ONE_CLIENT_SECONDS;

  /** What its {@code perf2} did. */
  static final HogTrials.Load PERF2_LOAD = new HogTrials.Load(1, 1);

  /** Short requests a second, nothing else running: median of five. */
  static final double PERF2_CALM_PER_SECOND = 21_866;

  /** Short requests a second beside one {@code fib(40)}: median of four. */
  static final double PERF2_LOADED_PER_SECOND = 100;

  static final double PERF2_RETENTION = PERF2_LOADED_PER_SECOND / PERF2_CALM_PER_SECOND;

  private Article() {}
}
