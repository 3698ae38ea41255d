// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.util.Random;

/**
 * Computing that takes as long as a number says, and the lengths of which an exponential service
 * time is made. Thread-safe.
 */
final class Work {
  private static final long SEED = 0x2545_F491_4F6C_DD1DL;
  private static final int PIECE = 2_000;
  private static final int STRATA = 1_000;

  private Work() {}

  /*
   * In pieces of some microseconds, for the JVM stops a thread between two of them: within a plain
   * counted loop the JIT compiler leaves out the places where it could, under some collectors, and
   * every pause would last as long as the longest request. What that does is the experiment stall's.
   */

  /** Computes so many steps; each needs the result of the one before. */
  static long of(long steps) {
    long state = SEED;
    long left = steps;
    while (left > 0) {
      int piece = (int) Math.min(left, PIECE);
      for (int i = 0; i < piece; i++) {
        state ^= state << 13;
        state ^= state >>> 7;
        state ^= state << 17;
      }
      left -= piece;
    }
    return state;
  }

  /**
   * Lengths that are exponentially distributed, with a mean of 1.
   *
   * <p>The distribution is cut into a thousand equally probable pieces, and each is stood for by
   * its own mean: so the mean of all is exact, their variance 0.999, the longest 7.9. They are
   * shuffled, always in the same way, so that any thousand of them in a row are the same work: of
   * lengths drawn independently, three thousand would differ by 2 % from three thousand others.
   */
  static double[] exponential() {
    double[] lengths = new double[STRATA];
    for (int i = 0; i < STRATA; i++) {
      lengths[i] = STRATA * (above(1 - (double) i / STRATA) - above(1 - (i + 1.0) / STRATA));
    }
    Random random = new Random(1);
    for (int i = STRATA - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      double swapped = lengths[i];
      lengths[i] = lengths[j];
      lengths[j] = swapped;
    }
    return lengths;
  }

  /** What this share of all, the longest ones, contribute to the mean. */
  private static double above(double share) {
    return share == 0 ? 0 : share - share * Math.log(share);
  }
}
