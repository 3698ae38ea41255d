// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.util.List;
import java.util.SplittableRandom;

/**
 * When each request of an open loop is due, and of which class it is; the same for the same seed.
 *
 * <p>Not thread-safe.
 */
final class Schedule {
  private final double gapNanos;
  private final OpenLoop.Arrivals arrivals;
  private final SplittableRandom gaps;
  private final SplittableRandom kinds;
  private final double[] upTo; // the classes' shares, summed up; the last is 1

  // A sum of doubles keeps its fraction of a nanosecond, so the rate is exact in the long run.
  private double nextNanos;
  private int nextKind;

  Schedule(
      double requestsPerSecond,
      OpenLoop.Arrivals arrivals,
      List<OpenLoop.RequestClass> mix,
      long seed) {
    this.gapNanos = 1e9 / requestsPerSecond;
    this.arrivals = arrivals;
    var random = new SplittableRandom(seed);
    this.gaps = random.split();
    this.kinds = random.split();
    this.upTo = new double[mix.size()];
    double sum = mix.stream().mapToDouble(OpenLoop.RequestClass::weight).sum();
    double soFar = 0;
    for (int i = 0; i < upTo.length; i++) {
      soFar += mix.get(i).weight();
      upTo[i] = soFar / sum;
    }
    advance();
  }

  /** Goes on to the request after this one. */
  void advance() {
    nextNanos +=
        switch (arrivals) {
          case FIXED -> gapNanos;
          case POISSON -> -Math.log1p(-gaps.nextDouble()) * gapNanos;
        };
    double at = kinds.nextDouble();
    nextKind = 0;
    while (nextKind < upTo.length - 1 && at >= upTo[nextKind]) {
      nextKind++;
    }
  }

  /** When the request is due, in nanoseconds after the start. */
  long nanos() {
    return (long) nextNanos;
  }

  /** The index of its class. */
  int kind() {
    return nextKind;
  }
}
