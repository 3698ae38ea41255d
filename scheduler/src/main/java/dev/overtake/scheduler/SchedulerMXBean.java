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
}
