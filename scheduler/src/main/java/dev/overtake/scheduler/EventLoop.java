// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import org.jspecify.annotations.Nullable;

/** A loop to be driven: at each moment by one carrier, over time by many. */
final class EventLoop {
  final int index;

  /** Who drives this loop; changed by start-up and watchdog alone. */
  volatile @Nullable Carrier carrier;

  final @Nullable Alarm alarm; // null without a watchdog
  final Lengths lengths; // counted if there is a watchdog

  // What the watchdog remembers of the slice it saw running; the watchdog's alone.
  boolean watched; // whether it will look again by itself
  @Nullable Carrier seenCarrier;
  long seenState;
  long seenNanos;
  long seenCpuNanos;
  long pauseNanos; // how long the machine stood still before the first look
  boolean seenWaiting; // at the latest look

  EventLoop(int index, @Nullable Alarm alarm, Lengths lengths) {
    this.index = index;
    this.alarm = alarm;
    this.lengths = lengths;
  }

  /** Called by the carrier when a slice of this loop has begun. */
  void sliceBegan(long nowNanos, int threadId) {
    if (alarm != null) {
      lengths.sliceBegan(nowNanos);
      alarm.sliceBegan(nowNanos, threadId);
    }
  }

  /** Called by the carrier when it runs no slice for a moment. */
  void pauses() {
    if (alarm != null) {
      lengths.sliceEnded(System.nanoTime());
    }
  }
}
