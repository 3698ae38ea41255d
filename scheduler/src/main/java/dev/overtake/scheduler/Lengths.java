// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

/**
 * How many slices a loop has run, and how many of them were long: more than an eighth of a quantum.
 *
 * <p>Written by the loop's carrier; the watchdog may read figures of a moment ago.
 */
final class Lengths {
  private final long shortNanos;
  private long begunNanos; // when the latest slice began
  private boolean runs; // and has not ended, as far as is known
  private long slices;
  private long longOnes;

  Lengths(long quantumNanos) {
    shortNanos = quantumNanos / 8;
  }

  /** Right after another, it may be, which has ended then or was handed off. */
  void sliceBegan(long nowNanos) {
    sliceEnded(nowNanos);
    begunNanos = nowNanos;
    runs = true;
  }

  void sliceEnded(long nowNanos) {
    if (runs) {
      runs = false;
      slices++;
      if (nowNanos - begunNanos > shortNanos) {
        longOnes++;
      }
    }
  }

  long slices() {
    return slices;
  }

  long longOnes() {
    return longOnes;
  }
}
