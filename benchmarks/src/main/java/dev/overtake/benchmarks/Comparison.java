// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

/**
 * A figure, or the ratio of two of the same round, beside what is wanted of it.
 *
 * @param what which one
 * @param measured what came out
 * @param wanted which way it should lie from the bound
 * @param bound in the same unit; NaN if nothing is wanted
 */
record Comparison(String what, Spread measured, Wanted wanted, double bound) {
  enum Wanted {
    NOTHING,
    AT_LEAST,
    AT_MOST
  }

  static Comparison plain(String what, Spread measured) {
    return new Comparison(what, measured, Wanted.NOTHING, Double.NaN);
  }

  static Comparison atLeast(double bound, String what, Spread measured) {
    return new Comparison(what, measured, Wanted.AT_LEAST, bound);
  }

  static Comparison atMost(double bound, String what, Spread measured) {
    return new Comparison(what, measured, Wanted.AT_MOST, bound);
  }

  /** Judged by the median. */
  String verdict() {
    if (measured.isEmpty()) {
      return "not measured";
    }
    return switch (wanted) {
      case NOTHING -> "";
      case AT_LEAST -> measured.median() >= bound ? "met" : "missed";
      case AT_MOST -> measured.median() <= bound ? "met" : "missed";
    };
  }

  @Override
  public String toString() {
    String line = what + ": " + measured;
    return switch (wanted) {
      case NOTHING -> line;
      case AT_LEAST -> "%s, wanted at least %s: %s".formatted(line, Spread.show(bound), verdict());
      case AT_MOST -> "%s, wanted at most %s: %s".formatted(line, Spread.show(bound), verdict());
    };
  }
}
