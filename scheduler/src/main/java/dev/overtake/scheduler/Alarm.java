// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import java.util.function.IntToLongFunction;
import java.util.function.LongConsumer;

/**
 * An event loop's alarm: it calls the watchdog when a slice of the loop may have grown old. While
 * slices are short the loop's carrier puts it off, so that the watchdog need not wake to see that
 * all is well: a wake-up takes many times as long as to set a timer.
 */
final class Alarm {
  /*
   * Begin of a slice against the watchdog's looking away.
   *
   *   Carrier                                   Watchdog, called, or at the time it had planned
   *   C2 state := RUNNING n (volatile)          L1 set := false
   *   A1 set, and lately: nothing more          L2 read state. RUNNING n: plan when to look again
   *   A2 set := true                               otherwise: look away, and wait for the alarm
   *   A3 let the timer go off
   *
   * If L2 missed slice n, then A1 comes after L1 and finds the alarm not set: both sides write
   * before they read, with full fences. A2 comes before A3: an alarm that goes off before its carrier
   * has noted it would otherwise be noted for set when it is spent. A slice that the watchdog is to
   * look at again, and finds the alarm set, has ended, or its carrier has set the alarm for it: either
   * way the alarm will call.
   *
   * The timer is set for a quantum and a quarter, and put off when half a quantum is over, or a whole one
   * if all slices since then were short, an eighth at most: to set a timer is what costs most here. So a
   * carrier sets it once or twice in a quantum, and it goes off when a slice is at most a quantum and a
   * quarter old. Slices of less than three quarters wake nobody, but for the first after short ones, nor do
   * those that all take a quantum. Beside demoted carriers all of this is halved, because what wakes the
   * watchdog also ends the turn that the kernel gives one of those now and then, which the loop's carrier
   * has to wait for: see decision 0006.
   *
   * With the alarm the carrier leaves a mark of its CPU time: so the watchdog knows how much of the
   * processor the slice has had, at its first look.
   */
  private final LongConsumer timer;
  private final IntToLongFunction cpuNanos;
  private volatile long quantumNanos; // pairs with nothing: an old one does for once
  private volatile boolean set; // A1 and L1 pair with the slice's state
  private Mark mark =
      new Mark(-1, 0, -1, 0); // written before A2; an older one only tells of longer ago

  // Of the carrier, and after a hand-off of the next one.
  private long begunNanos; // when the latest slice began
  private boolean allShort; // of the slices since the mark

  /**
   * How much CPU time a carrier had used at a moment, negative if that is not known, and when the
   * alarm that was set then goes off.
   */
  record Mark(int threadId, long nanos, long cpuNanos, long dueNanos) {}

  /**
   * Makes an alarm that is not set.
   *
   * @param timer lets the alarm go off after so many nanoseconds, and at no time set before
   * @param cpuNanos tells a thread's CPU time
   */
  Alarm(LongConsumer timer, IntToLongFunction cpuNanos, long quantumNanos) {
    this.timer = timer;
    this.cpuNanos = cpuNanos;
    this.quantumNanos = quantumNanos;
  }

  /** A1 to A3, by the carrier. */
  void sliceBegan(long nowNanos, int threadId) {
    long quantum = quantumNanos;
    if (nowNanos - begunNanos > quantum / 8) {
      allShort = false;
    }
    begunNanos = nowNanos;
    if (!set || nowNanos - mark.nanos >= (allShort ? quantum : quantum / 2)) {
      allShort = true;
      long distance = quantum + quantum / 4;
      mark = new Mark(threadId, nowNanos, cpuNanos.applyAsLong(threadId), nowNanos + distance);
      set = true;
      timer.accept(distance);
    }
  }

  /** The latest mark, perhaps of a carrier that has lost the loop. */
  Mark mark() {
    return mark;
  }

  /** What is a quantum to this alarm from now on; by the watchdog. */
  void quantum(long nanos) {
    if (nanos != quantumNanos) {
      quantumNanos = nanos;
    }
  }

  /** L1, by the watchdog. */
  void lookBegins() {
    set = false;
  }

  /** Whether the watchdog may wait to be called. */
  boolean set() {
    return set;
  }
}
