// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.load.Failures;
import dev.overtake.load.GeneratorHealth;
import dev.overtake.load.LatencyFigures;
import dev.overtake.load.OpenLoop;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/** Loads with figures that a test has chosen. */
final class MixPoints {
  private static final double SLOW = MixPoint.LIMIT * 2;

  private MixPoints() {}

  /** So many of each kind, some of the shortest late, all answered by a generator that kept up. */
  static MixPoint point(Mix mix, double load, int samples, int late) {
    return point(mix, load, samples, late, 1, false);
  }

  static MixPoint held(Mix mix, double load) {
    return point(mix, load, 2_000, 0);
  }

  static MixPoint missed(Mix mix, double load) {
    return point(mix, load, 2_000, 200);
  }

  /**
   * Of the longest kind only a share is answered.
   *
   * @param saturated whether the generator was the limit
   */
  static MixPoint point(
      Mix mix, double load, int samples, int late, double longAnswered, boolean saturated) {
    List<OpenLoop.ClassResult> results = new ArrayList<>();
    List<OpenLoop.ClassRun> runs = new ArrayList<>();
    for (Mix.Kind kind : mix.kinds()) {
      Histogram response = new Histogram(3);
      int slow = kind.equals(mix.shortest()) ? late : 0;
      response.recordValueWithCount(Math.round(2 * kind.millis() * 1e6), samples - slow);
      response.recordValueWithCount(Math.round(SLOW * kind.millis() * 1e6), slow);
      long answered =
          kind.equals(mix.longest()) ? Math.round(samples * longAnswered) : (long) samples;
      LatencyFigures figures = LatencyFigures.of(response);
      results.add(new OpenLoop.ClassResult(kind.name(), 1, samples, answered, 0, figures, figures));
      runs.add(new OpenLoop.ClassRun(kind.name(), response, response, List.of()));
    }
    double perSecond = load * mix.capacityPerSecond(1);
    var result =
        new OpenLoop.Result(perSecond, perSecond, perSecond, 1, 64, "poisson", 1, 0, 0, 0, results);
    var none = new Failures(0, 0, 0, 0, 0, 0, null, null);
    return MixPoint.of(
        mix, load, new OpenLoop.Run(result, Instant.EPOCH, runs, none, health(saturated)));
  }

  static GeneratorHealth health(boolean saturated) {
    return Measured.health(10, 0.1, saturated);
  }
}
