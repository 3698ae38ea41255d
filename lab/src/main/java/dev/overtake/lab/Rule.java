// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.report.Verdict;
import java.util.function.DoubleFunction;
import java.util.function.DoublePredicate;

/**
 * A finding of the article, and when we say that it holds here: written before anything is
 * measured.
 *
 * @param id its JSON key, unique within the experiment
 * @param finding what the article found, in our words
 * @param holdsIf the rule
 * @param article the article's figure; NaN if it gives none
 * @param inWords how the figure is written
 */
record Rule(
    String id, String finding, String holdsIf, double article, DoubleFunction<String> inWords) {
  /** There are no figures that could tell. */
  Claim unknown(String why) {
    return undecided(Claim.Basis.MISSING, why);
  }

  /** There are figures, but the generator was their limit. */
  Claim spoilt(String why) {
    return undecided(Claim.Basis.GENERATOR_LIMITED, why);
  }

  /** All that the rule asks for is in the sentence, and it holds or not. */
  Claim decided(double measured, boolean holds, String sentence) {
    return new Claim(
        id,
        finding,
        holdsIf,
        article,
        measured,
        holds ? Verdict.Outcome.HOLDS : Verdict.Outcome.DIFFERS,
        Claim.Basis.MEASURED,
        sentence);
  }

  /**
   * The median tells, unless the rounds contradict each other.
   *
   * @param measured at least one round
   * @param holds whether one round's figure is as the rule says
   * @param figures the sentence without its full stop
   */
  Claim decided(Spread measured, DoublePredicate holds, String figures) {
    boolean decision = holds.test(measured.median());
    // Rules have one limit, so what the extremes agree on holds for all between them.
    if (holds.test(measured.min()) != decision || holds.test(measured.max()) != decision) {
      return undecided(Claim.Basis.ROUNDS_DISAGREE, figures + ": the rounds disagree.");
    }
    String beside =
        Double.isNaN(article)
            ? "."
            : ", %s the article's %s."
                .formatted(Wording.times(measured.median() / article), inWords.apply(article));
    return decided(measured.median(), decision, figures + beside);
  }

  private Claim undecided(Claim.Basis basis, String why) {
    return new Claim(
        id, finding, holdsIf, article, Double.NaN, Verdict.Outcome.UNKNOWN, basis, why);
  }
}
