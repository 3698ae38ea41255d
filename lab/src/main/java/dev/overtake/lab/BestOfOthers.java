// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.util.ArrayList;
import java.util.List;

/**
 * How near a rate comes to the best of several, where chance has a part in which one is the best.
 *
 * <p>In each round the yardstick is the candidate that was the best in the other rounds, as for
 * somebody who chose by what was measured before. The best of that round itself owes something to
 * chance: the more candidates there are, the further would even its twin stay behind it.
 */
final class BestOfOthers {
  private BestOfOthers() {}

  /**
   * A part of 1 for each round that all have measured; nothing if there is no candidate. Of a
   * single round the best candidate is the one of that round.
   *
   * @param rates by round
   * @param candidates the rates of each, by round
   */
  static Spread part(List<Double> rates, List<List<Double>> candidates) {
    int rounds = rates.size();
    for (List<Double> candidate : candidates) {
      rounds = Math.min(rounds, candidate.size());
    }
    List<Double> parts = new ArrayList<>();
    for (int round = 0; round < rounds && !candidates.isEmpty(); round++) {
      parts.add(rates.get(round) / best(candidates, rounds, round).get(round));
    }
    return Spread.of(parts);
  }

  private static List<Double> best(List<List<Double>> candidates, int rounds, int but) {
    List<Double> best = List.of();
    double greatest = Double.NEGATIVE_INFINITY;
    for (List<Double> candidate : candidates) {
      List<Double> elsewhere = new ArrayList<>(candidate.subList(0, rounds));
      if (rounds > 1) {
        elsewhere.remove(but);
      }
      double median = Spread.of(elsewhere).median();
      if (best.isEmpty() || median > greatest) {
        best = candidate;
        greatest = median;
      }
    }
    return best;
  }
}
