// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.time.Duration;

/** How much time a run may take: how long each load lasts and how often it is repeated. */
public enum Effort {
  /** Within four minutes, for a first look. */
  QUICK(1, Duration.ofSeconds(220)),
  /** Within three quarters of an hour, for figures to quote. */
  FULL(3, Duration.ofMinutes(44));

  private final int rounds;
  private final Duration budget;

  Effort(int rounds, Duration budget) {
    this.rounds = rounds;
    this.budget = budget;
  }

  /** How often each variant is measured, interleaved with the others. */
  int rounds() {
    return rounds;
  }

  /** What all steps together may take, with some room left for what goes slower than planned. */
  Duration budget() {
    return budget;
  }
}
