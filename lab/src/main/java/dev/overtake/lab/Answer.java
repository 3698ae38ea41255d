// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

/**
 * One cell of the front page's table of models against questions.
 *
 * @param question its column
 * @param variant its row, as the variant is named
 * @param text what was measured, in words and figures
 */
record Answer(Question question, String variant, String text) {
  /** The columns, in their order. */
  enum Question {
    CLIENTS("clients at once"),
    CORES("cores used"),
    RETENTION("rate kept"),
    STALL("longest stall"),
    BYTES("memory each"),
    LOCK_OUT("locked out by");

    private final String title;

    Question(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }
  }
}
