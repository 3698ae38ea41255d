// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

/**
 * Puts hints into bands: each one by itself as long as they are small, and then eight to a
 * doubling, so that there are never too many.
 */
final class HintBands {
  private static final int EXACT_BITS = 6;
  private static final int EXACT = 1 << EXACT_BITS;
  private static final int BITS_PER_DOUBLING = 3;
  private static final int PER_DOUBLING = 1 << BITS_PER_DOUBLING;

  static final int COUNT = EXACT + (Long.SIZE - 1 - EXACT_BITS) * PER_DOUBLING;

  private HintBands() {}

  /** Returns the band of a hint of at least 0. */
  static int indexOf(long hint) {
    if (hint < EXACT) {
      return (int) hint;
    }
    int doublings = Long.SIZE - 1 - Long.numberOfLeadingZeros(hint);
    int part = (int) (hint >>> (doublings - BITS_PER_DOUBLING)) & (PER_DOUBLING - 1);
    return EXACT + (doublings - EXACT_BITS) * PER_DOUBLING + part;
  }

  static long least(int index) {
    if (index < EXACT) {
      return index;
    }
    int doublings = (index - EXACT) / PER_DOUBLING + EXACT_BITS;
    int part = (index - EXACT) % PER_DOUBLING;
    return (long) (PER_DOUBLING + part) << (doublings - BITS_PER_DOUBLING);
  }

  static long greatest(int index) {
    return index == COUNT - 1 ? Long.MAX_VALUE : least(index + 1) - 1;
  }
}
