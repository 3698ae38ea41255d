// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.report.Verdict;

/**
 * A finding of the article, and when we say that it holds here: written before anything is
 * measured.
 *
 * @param id its JSON key, unique within the experiment
 * @param finding what the article found, in our words
 * @param holdsIf the rule
 * @param article the article's figure; NaN if it gives none
 */
record Rule(String id, String finding, String holdsIf, double article) {
  /** There are no figures that could tell. */
  Claim unknown(String why) {
    return undecided(Claim.Basis.MISSING, why);
  }

  /** There are figures, but the generator was their limit. */
  Claim spoilt(String why) {
    return undecided(Claim.Basis.GENERATOR_LIMITED, why);
  }

  /** The figures tell. */
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

  private Claim undecided(Claim.Basis basis, String why) {
    return new Claim(
        id, finding, holdsIf, article, Double.NaN, Verdict.Outcome.UNKNOWN, basis, why);
  }
}
