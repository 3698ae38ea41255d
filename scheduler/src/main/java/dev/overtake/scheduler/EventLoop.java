// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import org.jspecify.annotations.Nullable;

/** A loop to be driven: at each moment by one carrier, over time by many. */
final class EventLoop {
  final int index;

  /** Who drives this loop; changed by start-up and watchdog alone. */
  volatile @Nullable Carrier carrier;

  // What the watchdog remembers of the slice it saw running; the watchdog's alone.
  @Nullable Carrier seenCarrier;
  long seenState;
  long seenNanos;
  long seenCpuNanos;

  EventLoop(int index) {
    this.index = index;
  }
}
