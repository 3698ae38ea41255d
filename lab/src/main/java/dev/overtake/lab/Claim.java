// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.report.Verdict;

/**
 * A finding put to the test: the article's figure, ours, and whether it holds here.
 *
 * @param id its JSON key, unique within the experiment
 * @param finding what was found, in our words
 * @param holdsIf when we say that it holds here
 * @param article the article's figure; NaN if it gives none
 * @param measured ours, in the same unit; NaN if there is none
 * @param outcome whether it holds
 * @param basis what the outcome rests on
 * @param sentence the verdict with the figures in it
 */
record Claim(
    String id,
    String finding,
    String holdsIf,
    double article,
    double measured,
    Verdict.Outcome outcome,
    Basis basis,
    String sentence) {
  /** What a claim's outcome rests on. */
  enum Basis {
    MEASURED,
    /** The server was not measured, or too little of it. */
    MISSING,
    /** Some rounds say so, others not. */
    ROUNDS_DISAGREE,
    /** The figures are the generator's, not the server's. */
    GENERATOR_LIMITED
  }

  Verdict verdict() {
    return new Verdict(outcome, "%s Holds if %s.".formatted(sentence, holdsIf));
  }
}
