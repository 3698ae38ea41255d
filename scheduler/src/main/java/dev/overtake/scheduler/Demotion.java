// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

/**
 * How far an overstaying carrier is lowered in the operating system's eyes. It is never raised
 * again: a carrier that was demoted ends with its slice.
 *
 * <p>Effective on Linux; elsewhere, or where the system refuses, carriers are handed off without
 * demotion, and the log says so once.
 */
public enum Demotion {
  /** Not at all: the overstaying carrier keeps an equal share. */
  NONE,
  /** Nice value 5: about a third of an equal share. */
  NICE_5,
  /** Nice value 10: about a tenth of an equal share. */
  NICE_10,
  /** Nice value 19: about 1.5% of an equal share. */
  NICE_19,
  /**
   * Linux's {@code SCHED_IDLE}: about 0.3% of a share. Where other processes fill the same cores, a
   * garbage collection may wait for so lowered a thread for a second: choose a milder one there.
   */
  IDLE
}
