// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

/**
 * How much room a drawing has. A page holds each chart twice, drawn for a desk and for a phone, and
 * shows the one that fits: a picture scaled down to a phone has letters nobody can read (decision
 * 0030).
 *
 * @param name the drawing's class in the page
 * @param width of the whole drawing, in its own units; letters are 12 to 13 high
 * @param plotHeight of the area between the axes
 * @param letters the height of letters
 */
record Layout(String name, double width, double plotHeight, double letters) {
  static final Layout DESK = new Layout("desk", 880, 300, 13);
  static final Layout PHONE = new Layout("phone", 368, 230, 12);

  /** A picture on its own, with its title and origin inside and colours of its own. */
  static final Layout ALONE = new Layout("alone", 880, 300, 13);

  boolean isNarrow() {
    return width < 600;
  }

  boolean isAlone() {
    return name.equals("alone");
  }
}
