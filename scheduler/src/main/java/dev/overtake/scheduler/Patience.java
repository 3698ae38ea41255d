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
 * <p>Where nearly all slices are long and most of those that overstay end within three more quanta,
 * they are given these: there is hardly a short one to protect, and those that are alike would only
 * change places. A few more short ones end that.
 *
 * <p>Belongs to the watchdog.
 */
final class Patience {
  /** How many quanta more a slice is given where all are alike. */
  static final int MORE_QUANTA = 3;

  private static final int HANDOFFS_TO_LEARN_FROM = 16;
  private static final int SLICES_TO_LEARN_FROM = 64;
  private static final double MOST = 0.5;
  private static final double NEARLY_ALL = 0.75;
  private static final int WEIGHT_OF_THE_PAST = 8;

  private final long quantumNanos;
  private long latenessNanos; // running mean
  private final LatestShare falseAlarms = new LatestShare(HANDOFFS_TO_LEARN_FROM);
  private final LatestShare endedSoon = new LatestShare(HANDOFFS_TO_LEARN_FROM);
  private final LatestShare longOnes = new LatestShare(SLICES_TO_LEARN_FROM);
  private boolean alike;

  Patience(long quantumNanos) {
    this.quantumNanos = quantumNanos;
  }

  long nanos() {
    long falseAlarmNanos = (long) (falseAlarms.share() * quantumNanos / 4);
    return quantaNanos() + Math.min(latenessNanos / 2, quantumNanos) + falseAlarmNanos;
  }

  /** A quantum, or several where all are alike. */
  long quantaNanos() {
    return alike ? (1 + MORE_QUANTA) * quantumNanos : quantumNanos;
  }

  /** The watchdog ran so long after the planned moment. */
  void ranLate(long nanos) {
    latenessNanos += (nanos - latenessNanos) / WEIGHT_OF_THE_PAST;
  }

  /**
   * Learns from hand-offs of slices that computed.
   *
   * @param handoffs how many there have been
   * @param aHairLater how many of these slices ended right after it
   */
  void handedOff(long handoffs, long aHairLater) {
    falseAlarms.count(handoffs, aHairLater);
  }

  /**
   * Learns from slices.
   *
   * @param slices how many there have been
   * @param longSlices how many of them were long
   * @param overstayed how many have ended that computed and were handed off
   * @param soon how many of those took at most {@link #MORE_QUANTA} after it
   */
  void ran(long slices, long longSlices, long overstayed, long soon) {
    longOnes.count(slices, longSlices);
    endedSoon.count(overstayed, soon);
    // A few short ones in a row do not tell yet that there are more.
    alike = endedSoon.share() > MOST && longOnes.share() > (alike ? MOST : NEARLY_ALL);
  }
}
