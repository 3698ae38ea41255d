// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

/** What share of the latest ones turned out in a certain way. Belongs to one thread. */
final class LatestShare {
  private final int enough;
  private double share;
  private long allBefore;
  private long suchBefore;

  /** Nothing is known yet; so many are enough to learn from. */
  LatestShare(int enough) {
    this.enough = enough;
  }

  /** Takes note of both counts since the start, once there are enough new ones. */
  void count(long all, long such) {
    long latest = all - allBefore;
    if (latest >= enough) {
      // What is counted late may be of earlier ones.
      share = Math.min(1, (double) (such - suchBefore) / latest);
      allBefore = all;
      suchBefore = such;
    }
  }

  /** From 0 to 1; 0 before there were enough. */
  double share() {
    return share;
  }
}
