// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

/**
 * About how wide a text will be. The reader's font is unknown, so this errs towards the widest of
 * the usual sans-serif fonts; what it decides (margins, which labels collide) forgives that.
 */
final class TextWidth {
  private TextWidth() {}

  static double of(String text, double fontSize) {
    return fontSize * text.codePoints().mapToDouble(TextWidth::ems).sum();
  }

  private static double ems(int c) {
    if (" \u00a0.,:;|!'()[]iljtfrI/-".indexOf(c) >= 0) {
      return 0.38;
    }
    if ("mwMW@%".indexOf(c) >= 0) {
      return 0.95;
    }
    return Character.isUpperCase(c) ? 0.7 : 0.61;
  }
}
