// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

/**
 * A global interpreter lock: whoever holds it executes, all others wait or are in blocking I/O.
 *
 * <p>Not reentrant. Who waits cannot be interrupted and keeps the interrupt flag.
 */
interface InterpreterLock extends Instructions {
  /** Waits until this thread holds the lock. */
  void take();

  /** Gives up the lock, which this thread must hold: before blocking I/O, or for good. */
  void drop();

  @Override
  default Blocking blocking() {
    drop();
    return this::take;
  }
}
