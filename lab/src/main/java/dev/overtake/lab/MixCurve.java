// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.load.GeneratorHealth;
import dev.overtake.load.OpenLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one server did at rising loads of one mix.
 *
 * @param points one for each load that was tried, rising
 * @param overload what it did at more than the capacity; null if that was not tried
 * @param alone the shortest kind by itself, as many of it as at the lowest load; null if that was
 *     not tried
 */
record MixCurve(List<MixPoint> points, @Nullable Overload overload, @Nullable MixPoint alone) {
  private static final int MISSES_TO_STOP = 2;
  private static final int MOST_FULL_LENGTHS = 2;

  MixCurve {
    points = List.copyOf(points);
  }

  /**
   * More requests than can be answered, all alike, in turns with other servers.
   *
   * @param load offered, as a share of the capacity
   * @param plannedPerSecond the same in requests
   * @param turnsPerSecond how many were answered in each turn, rising
   * @param answeredPerSecond how many in the median turn
   * @param health whether the generator kept up in that turn
   */
  record Overload(
      double load,
      double plannedPerSecond,
      List<Double> turnsPerSecond,
      double answeredPerSecond,
      GeneratorHealth health) {
    Overload {
      turnsPerSecond = List.copyOf(turnsPerSecond);
    }

    static Overload of(double load, List<OpenLoop.Run> turns) {
      List<OpenLoop.Run> rising =
          turns.stream()
              .sorted(Comparator.comparingDouble(turn -> turn.result().answeredPerSecond()))
              .toList();
      OpenLoop.Run median = rising.get(rising.size() / 2);
      return new Overload(
          load,
          median.result().targetPerSecond(),
          rising.stream().map(turn -> turn.result().answeredPerSecond()).toList(),
          median.result().answeredPerSecond(),
          median.health());
    }
  }

  /** Offers a load for a while. */
  interface Trial {
    MixPoint at(double load, Duration length) throws ServerFailure, InterruptedException;
  }

  /**
   * Finds the highest load that is held. First a look at each load, from the lowest one on, until
   * two have been missed: that is quickly seen, for of the thousand samples that a load takes to be
   * held, two that are late are enough to miss it. Then, from the highest one on that was not
   * missed, as long as a thousand samples take, until one is held.
   *
   * @param look how long to look, at least
   * @param fullLength how long a load takes that is to be held
   * @param longest a load that took longer is left undecided
   */
  static List<MixPoint> search(
      List<Double> loads,
      Duration look,
      Function<Double, Duration> fullLength,
      Duration longest,
      Trial trial)
      throws ServerFailure, InterruptedException {
    List<MixPoint> points = new ArrayList<>();
    int missed = 0;
    for (double load : loads) {
      MixPoint point = trial.at(load, look);
      points.add(point);
      missed += point.outcome() == MixPoint.Outcome.MISSED ? 1 : 0;
      if (missed == MISSES_TO_STOP) {
        break;
      }
    }
    int tried = 0;
    for (int i = points.size() - 1; i >= 0 && tried < MOST_FULL_LENGTHS; i--) {
      MixPoint point = points.get(i);
      Duration full = fullLength.apply(point.load());
      if (point.outcome() == MixPoint.Outcome.TOO_FEW && full.compareTo(longest) <= 0) {
        tried++;
        points.set(i, trial.at(point.load(), full));
      }
      if (points.get(i).outcome() == MixPoint.Outcome.HELD) {
        break;
      }
    }
    return points;
  }

  /** The highest load that was held. */
  Optional<MixPoint> highest() {
    return points.reversed().stream()
        .filter(point -> point.outcome() == MixPoint.Outcome.HELD)
        .findFirst();
  }

  /** The lowest load above all that were held that was missed. */
  Optional<MixPoint> missed() {
    double held = highest().map(MixPoint::load).orElse(0.0);
    return points.stream()
        .filter(point -> point.load() > held && point.outcome() == MixPoint.Outcome.MISSED)
        .findFirst();
  }

  /**
   * Whether the shortest kind misses the limit by itself already. What delays them then is the
   * machine, and that the lowest load was missed says nothing of the server.
   */
  boolean missedAlone() {
    return alone != null && alone.outcome() == MixPoint.Outcome.MISSED;
  }

  /** Whether a higher load could have been held, had the generator kept up. */
  boolean spoilt() {
    double held = highest().map(MixPoint::load).orElse(0.0);
    return points.stream()
        .anyMatch(point -> point.load() > held && point.outcome() == MixPoint.Outcome.INVALID);
  }
}
