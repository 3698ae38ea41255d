// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** As {@link LoadListener}, and told what is being measured. */
public interface InterferenceListener extends LoadListener {
  /** Hears nothing. */
  InterferenceListener NONE = new InterferenceListener() {};

  /**
   * Something else begins.
   *
   * @param longOnes beside how many long requests; -1 while warming up
   * @param way how short requests are sent; null while waiting for calm
   * @param left how long this and everything after it will take, at least
   */
  default void begins(int longOnes, Interference.@Nullable Way way, Duration left) {}
}
