// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

/** Where a benchmark puts what it measures of the servers in one setting and round. */
interface Round {
  /** Tells the user whose turn it is. */
  void begin(String model);

  void measured(String model, Measurement measurement);

  /** A server that fails costs its own row a round, not the run. */
  void failed(String model, Exception why);
}
