// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.util.Arrays;

/**
 * Planned requests that wait for a connection, first in, first out; bounded, without an object for
 * each.
 *
 * <p>Not thread-safe.
 */
final class PlannedQueue {
  private final int most;
  private long[] plannedNanos = new long[1 << 10];
  private byte[] kinds = new byte[1 << 10];
  private int head;
  private int size;

  /**
   * @param most how many it holds, a power of 2
   */
  PlannedQueue(int most) {
    this.most = most;
  }

  /** Visits a planned request. */
  interface Visitor {
    void planned(int kind, long plannedNanos);
  }

  /** Returns false if it is full; nothing has changed then. */
  boolean add(int kind, long planned) {
    if (size == most) {
      return false;
    }
    if (size == kinds.length) {
      grow();
    }
    int tail = (head + size) & (kinds.length - 1);
    plannedNanos[tail] = planned;
    kinds[tail] = (byte) kind;
    size++;
    return true;
  }

  private void grow() {
    int length = kinds.length;
    plannedNanos = Arrays.copyOf(plannedNanos, 2 * length);
    kinds = Arrays.copyOf(kinds, 2 * length);
    // What had wrapped around follows the old end now.
    System.arraycopy(plannedNanos, 0, plannedNanos, length, head);
    System.arraycopy(kinds, 0, kinds, length, head);
  }

  int size() {
    return size;
  }

  /** The first one's class; there must be one. */
  int kind() {
    return kinds[head];
  }

  /** When the first one was due; there must be one. */
  long plannedNanos() {
    return plannedNanos[head];
  }

  void remove() {
    head = (head + 1) & (kinds.length - 1);
    size--;
  }

  void forEach(Visitor visitor) {
    for (int i = 0; i < size; i++) {
      int at = (head + i) & (kinds.length - 1);
      visitor.planned(kinds[at], plannedNanos[at]);
    }
  }
}
