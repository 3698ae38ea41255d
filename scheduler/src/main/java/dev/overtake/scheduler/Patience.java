// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

/**
 * How old a slice may grow before its loop is handed off: a quantum, and more where hand-offs pay
 * less.
 *
 * <p>Where the watchdog itself runs late the machine is crowded, and a spare carrier would wait,
 * too: half of the running mean of the lateness is added, at most a quantum. Where slices end a
 * hair after the hand-off, as they do if every request takes a quantum, to hand off costs more than
 * to wait: up to a quarter of a quantum is added in proportion to such false alarms among the
 * latest hand-offs, and slices that overstay by more take it back.
 *
 * <p>Belongs to the watchdog.
 */
final class Patience {
  private static final int WEIGHT_OF_THE_PAST = 8;
  private static final int HANDOFFS_TO_LEARN_FROM = 16;

  private final long quantumNanos;
  private long latenessNanos; // running mean
  private long falseAlarmNanos;
  private long handoffsBefore;
  private long falseAlarmsBefore;

  Patience(long quantumNanos) {
    this.quantumNanos = quantumNanos;
  }

  long nanos() {
    return quantumNanos + Math.min(latenessNanos / 2, quantumNanos) + falseAlarmNanos;
  }

  /** The watchdog ran so long after the planned moment. */
  void ranLate(long nanos) {
    latenessNanos += (nanos - latenessNanos) / WEIGHT_OF_THE_PAST;
  }

  /**
   * Learns from hand-offs, once there are enough new ones.
   *
   * @param handoffs how many there have been, of slices that computed
   * @param falseAlarms how many of these slices ended a hair later
   */
  void handedOff(long handoffs, long falseAlarms) {
    long latest = handoffs - handoffsBefore;
    if (latest >= HANDOFFS_TO_LEARN_FROM) {
      double share = Math.min(1, (double) (falseAlarms - falseAlarmsBefore) / latest);
      falseAlarmNanos = (long) (share * quantumNanos / 4);
      handoffsBefore = handoffs;
      falseAlarmsBefore = falseAlarms;
    }
  }
}
