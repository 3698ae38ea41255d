// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * One experiment: a question that is put to servers under load, and what the figures answer.
 *
 * <p>An experiment holds no state: all of a run is in its bench and its findings. To add one, write
 * a class and name it in {@link Lab#EXPERIMENTS}.
 */
interface Experiment {
  /** Its id on the command line, in the report and in {@code results.json}. */
  String id();

  /** What it shows, in a line. */
  String summary();

  /** Whether it is run only when asked for, not among all. */
  default boolean byNameOnly() {
    return false;
  }

  /** Our models that are measured where the user has named none; empty if all are. */
  default List<String> models() {
    return List.of();
  }

  /** Whether this variant can be measured by it. */
  default boolean concerns(Variant variant) {
    return !variant.name().equals(Variant.CPYTHON_SEQUENTIAL);
  }

  /**
   * The steps that {@link #run} will begin, in number and length.
   *
   * @param effort how much time there is
   * @param variants how many variants it concerns
   */
  List<Step> plan(Effort effort, int variants);

  /**
   * Measures and judges. Begins each planned step on the bench.
   *
   * @throws IOException if a result cannot be written; a server that fails is a finding instead
   */
  Findings run(Bench bench) throws IOException, InterruptedException;

  /**
   * One variant in one round.
   *
   * @param fixed how long it takes beside the load: starting, calibrating, stopping
   * @param timed how long the load lasts at full pace; shortened if the run would take too long
   */
  record Step(Duration fixed, Duration timed) {
    Duration atPace(double pace) {
      return fixed.plusNanos((long) (timed.toNanos() * pace));
    }
  }
}
