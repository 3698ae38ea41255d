// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.time.Duration;
import java.util.List;

/**
 * All steps of a run, how fast they must go to end in time, and which one it is at.
 *
 * <p>Not thread-safe: belongs to the thread that runs the experiments.
 */
final class Schedule {
  /* Below this the loads are too short to show anything, and the run takes longer than promised. */
  private static final double SLOWEST_SHORTENING = 0.3;

  private final List<Experiment.Step> steps;
  private final double pace;
  private final ProgressListener progress;
  private int next;

  Schedule(List<Experiment.Step> steps, Duration budget, ProgressListener progress) {
    this.steps = List.copyOf(steps);
    this.progress = progress;
    double fixed = steps.stream().mapToDouble(step -> step.fixed().toNanos()).sum();
    double timed = steps.stream().mapToDouble(step -> step.timed().toNanos()).sum();
    double fitting = timed == 0 ? 1 : (budget.toNanos() - fixed) / timed;
    pace = Math.clamp(fitting, SLOWEST_SHORTENING, 1);
  }

  /** The share of its full length that each load lasts, so that the run keeps to its budget. */
  double pace() {
    return pace;
  }

  /** How long the steps from the next one on should take. */
  Duration remaining() {
    return steps.stream()
        .skip(next)
        .map(step -> step.atPace(pace))
        .reduce(Duration.ZERO, Duration::plus);
  }

  /**
   * Begins the next step.
   *
   * @throws IllegalStateException if an experiment begins more steps than it has planned
   */
  void begin(String label) {
    if (next == steps.size()) {
      throw new IllegalStateException("a step must have been planned: label=" + label);
    }
    Duration remaining = remaining();
    next++;
    progress.step(next, steps.size(), label, remaining);
  }
}
