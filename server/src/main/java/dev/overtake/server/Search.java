// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;

/**
 * Answers n with {@code no}, after it has looked at n numbers for one that is not among them: the
 * article's search, a single instruction that nothing interrupts, however long it takes.
 *
 * <p>For the experiment {@code stall}, which names it by its class.
 */
public final class Search extends NumberHandler {
  private static final long LARGEST = 100_000_000_000L;
  private static final byte[] YES = "yes".getBytes(US_ASCII);
  private static final byte[] NO = "no".getBytes(US_ASCII);

  /** Makes the handler, which has no state. */
  public Search() {
    super(LARGEST);
  }

  @Override
  void answer(long n, Answers answers) throws IOException {
    answers.text(isAmong(n) ? YES : NO).endLine();
  }

  /** No two numbers scramble to the same, so this is never so; but no compiler finds that out. */
  private static boolean isAmong(long n) {
    long wanted = scrambled(-1);
    for (long i = 0; i < n; i++) {
      if (scrambled(i) == wanted) {
        return true;
      }
    }
    return false;
  }

  /** MurmurHash3's finalizer, whose steps can all be undone. */
  private static long scrambled(long number) {
    long bits = number;
    bits = (bits ^ (bits >>> 33)) * 0xff51afd7ed558ccdL;
    bits = (bits ^ (bits >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return bits ^ (bits >>> 33);
  }
}
