// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

/**
 * A sentence the reader needs to judge the figures by.
 *
 * @param weight how loudly it is said
 * @param text the sentence; not blank
 */
public record Note(Weight weight, String text) {
  /** How loudly a note is said. */
  public enum Weight {
    /** Good to know: placement, spinners, number of runs. */
    PLAIN,
    /** The figures may mislead: the load generator was the limit, a run failed. */
    WARNING
  }

  /**
   * Checks the text.
   *
   * @throws IllegalArgumentException if it is blank
   */
  public Note {
    Checks.notBlank("text", text);
  }

  /**
   * Good to know.
   *
   * @param text the sentence
   * @return the note
   */
  public static Note plain(String text) {
    return new Note(Weight.PLAIN, text);
  }

  /**
   * The figures may mislead.
   *
   * @param text the sentence
   * @return the note
   */
  public static Note warning(String text) {
    return new Note(Weight.WARNING, text);
  }
}
