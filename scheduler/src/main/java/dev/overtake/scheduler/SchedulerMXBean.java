// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

/** A scheduler's figures over JMX, as {@code dev.overtake:type=Scheduler,name=NAME}. */
public interface SchedulerMXBean {
  /**
   * Returns all figures at once.
   *
   * @return the figures, shown by consoles as one composite value
   */
  SchedulerFigures getFigures();

  /**
   * Returns who overstayed last, as far as was looked: a few hand-offs a second are.
   *
   * @return a line about the thread, then its stack at that time, a frame a line; empty if nobody
   */
  String getLastCulprit();
}
