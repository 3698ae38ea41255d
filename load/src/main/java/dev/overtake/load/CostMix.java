// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * Requests from the cheapest to the dearest, so mixed that neither decides the rate alone: up to
 * {@link #EQUALLY_FREQUENT_UP_TO_SECONDS} of computing all are equally frequent, above it the rarer
 * the dearer. So each of the dear ones takes the same share of the time, and together they take
 * about as much as the cheap ones with all that a request costs beside the computing.
 */
public final class CostMix {
  /** What is asked for. */
  public static final List<Integer> NUMBERS = List.of(1, 5, 10, 15, 20, 25, 30, 35);

  /** The dearest of those that are equally frequent computes for this long. */
  public static final double EQUALLY_FREQUENT_UP_TO_SECONDS = 15e-6;

  private CostMix() {}

  /**
   * Mixes all that cost little enough.
   *
   * @param secondsOf how long each number computes, about
   * @param mostSeconds what computes for longer is left out
   * @return in the order of the numbers
   */
  public static List<OpenLoop.RequestClass> of(IntToDoubleFunction secondsOf, double mostSeconds) {
    return NUMBERS.stream()
        .filter(n -> secondsOf.applyAsDouble(n) <= mostSeconds)
        .map(n ->
            new OpenLoop.RequestClass(
                "fib(" + n + ")",
                n,
                Math.min(1, EQUALLY_FREQUENT_UP_TO_SECONDS / secondsOf.applyAsDouble(n))))
        .toList();
  }
}
