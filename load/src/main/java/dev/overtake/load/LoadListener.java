// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

/**
 * Told what happens during a run while it happens. The methods are called by the thread that called
 * the generator's {@code run}, never by the generator's own, which no listener can slow down.
 */
public interface LoadListener {
  /** Hears nothing. */
  LoadListener NONE = new LoadListener() {};

  /**
   * An interval is over.
   *
   * @param interval what happened in it
   */
  default void interval(Interval interval) {}

  /**
   * A second is over, or what was left of a phase.
   *
   * @param second what happened in it
   */
  default void second(Second second) {}
}
