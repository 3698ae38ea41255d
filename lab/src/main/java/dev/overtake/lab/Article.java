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

  /** Of its countdown under CPython 3.3, as it prints them. */
  static final int DIS_COUNTDOWN_INSTRUCTIONS = 18;

  /** What 1,000 threads with a stack of 8 MB each seem to take. */
  static final double MEMORY_RESERVED_BYTES = 1_000 * 8.0 * (1 << 20);

  static final String MEMORY_RESERVED = "more than 8 GB";
  static final String MEMORY_RESIDENT = "far less";
  static final String MEMORY_PYTHON_OBJECT = "less than 200 bytes (its C structure)";

  /** Levels of recursion that use up the stack of a thread of CPython. */
  static final double RECURSION_DEPTH = 15_000;

  /** How many processes its pre-forked server has. */
  static final int PREFORK_PROCESSES = 8;

  /** How many connections it holds too many for a thread each. */
  static final int SOCKETS = 30_000;

  /** Short requests a second through a pool of four processes: median of four. */
  static final double POOL_PER_SECOND = 1_314;

  static final double POOL_OF_INLINE = POOL_PER_SECOND / PERF2_CALM_PER_SECOND;

  /** The greatest n that it keeps out of the pool. */
  static final int THRESHOLD = 15;

  /** For how long a waiting thread leaves the holder of the lock alone. */
  static final double SWITCH_INTERVAL_SECONDS = 0.005;

  /** Switch intervals that pass for each short request beside a long one. */
  static final double INTERVALS_PER_REQUEST =
      1 / (PERF2_LOADED_PER_SECOND * SWITCH_INTERVAL_SECONDS);

  private Article() {}
}
