// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import java.util.concurrent.locks.LockSupport;

/**
 * The thread that makes spare carriers when the watchdog says so: whoever starts a thread waits
 * until that runs, on a crowded machine for longer than a quantum, and the watchdog has loops to
 * look at meanwhile.
 *
 * <p>A thread inherits its maker's priority, so this one is never lowered.
 */
final class CarrierMaker extends Thread {
  private final EventLoops loops;
  private volatile boolean called;
  private volatile boolean stopped;

  CarrierMaker(EventLoops loops) {
    super(null, null, loops.name + "-maker", 0, false);
    this.loops = loops;
    setDaemon(true);
  }

  /** Lets it make the carriers that are missing; never waits. */
  void call() {
    called = true;
    LockSupport.unpark(this);
  }

  void end() {
    stopped = true;
    LockSupport.unpark(this);
  }

  @Override
  public void run() {
    while (!stopped) {
      if (called) {
        called = false;
        loops.refillSpares();
      } else {
        LockSupport.park(this);
      }
    }
  }
}
