// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

/**
 * One sentence computed from the figures, and whether the claim stands by it.
 *
 * @param outcome whether the claim stands
 * @param sentence with the figures in it; not blank
 */
public record Verdict(Outcome outcome, String sentence) {
  /** Whether a claim stands on this machine. */
  public enum Outcome {
    /** The figures show what the claim says. */
    HOLDS,
    /** The figures show something else. */
    DIFFERS,
    /** The figures do not tell: missing, too noisy, or invalid. */
    UNKNOWN
  }

  /**
   * Checks the sentence.
   *
   * @throws IllegalArgumentException if it is blank
   */
  public Verdict {
    Checks.notBlank("sentence", sentence);
  }

  /**
   * The figures show what the claim says.
   *
   * @param sentence with the figures in it
   * @return the verdict
   */
  public static Verdict holds(String sentence) {
    return new Verdict(Outcome.HOLDS, sentence);
  }

  /**
   * The figures show something else.
   *
   * @param sentence with the figures in it
   * @return the verdict
   */
  public static Verdict differs(String sentence) {
    return new Verdict(Outcome.DIFFERS, sentence);
  }

  /**
   * The figures do not tell.
   *
   * @param sentence what is missing
   * @return the verdict
   */
  public static Verdict unknown(String sentence) {
    return new Verdict(Outcome.UNKNOWN, sentence);
  }
}
