// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.load.GeneratorHealth;
import dev.overtake.load.Interference;
import dev.overtake.load.Outcome;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Levels of a probe with figures that a test has chosen. */
final class Measured {
  private Measured() {}

  static Histogram millis(double... values) {
    Histogram histogram = new Histogram(3);
    for (double value : values) {
      histogram.recordValue(Math.round(value * 1e6));
    }
    return histogram;
  }

  /** So many, evenly spread. */
  static Histogram between(double from, double to, int count) {
    Histogram histogram = new Histogram(3);
    for (int i = 0; i < count; i++) {
      histogram.recordValue(Math.round((from + (to - from) * i / count) * 1e6));
    }
    return histogram;
  }

  static GeneratorHealth health(double lateMicros, double cpuShare, boolean saturated) {
    return new GeneratorHealth(1, cpuShare, 0.0, 0, 0, 0, 0, lateMicros, saturated, "as told");
  }

  static Interference.ShortRun shorts(Histogram latencies, double seconds, long planned) {
    return shorts(latencies, seconds, planned, health(10, 0.1, false));
  }

  static Interference.ShortRun shorts(
      Histogram latencies, double seconds, long planned, GeneratorHealth health) {
    return new Interference.ShortRun(
        seconds,
        planned,
        latencies.getTotalCount(),
        planned - latencies.getTotalCount(),
        0,
        0,
        latencies,
        latencies,
        Map.<Outcome, Histogram>of(),
        latencies.getMaxValue() / 1e6,
        health);
  }

  static Interference.LongRun longRun(double... millis) {
    return new Interference.LongRun(millis.length, 0, 0, millis(millis), 0);
  }

  /** A level whose short requests took so long in all three ways. */
  static Interference.Level level(
      int longOnes, Histogram latencies, Interference.LongRun longRun, @Nullable Double recovery) {
    Interference.ShortRun shorts = shorts(latencies, 1, latencies.getTotalCount());
    return new Interference.Level(
        longOnes,
        shorts,
        shorts,
        shorts,
        longRun,
        longOnes == 0 ? null : new Interference.Recovery(2, recovery, 5));
  }

  static Interference.Run run(List<Interference.Level> levels) {
    return new Interference.Run(java.time.Instant.EPOCH, levels, Map.of());
  }
}
