// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.time.Duration;

/**
 * Hears how far a run has come. Called by the thread that runs the lab, which waits: be brief.
 *
 * @see ConsoleProgress
 */
public interface ProgressListener {
  /** Hears nothing. */
  ProgressListener SILENT =
      new ProgressListener() {
        @Override
        public void step(int number, int of, String label, Duration remaining) {}

        @Override
        public void note(String line) {}

        @Override
        public void done(Duration took) {}
      };

  /**
   * A step begins; the one before it has ended.
   *
   * @param number which it is, from 1
   * @param of how many there are
   * @param label what is measured, a few words
   * @param remaining how long this and all later steps are expected to take
   */
  void step(int number, int of, String label, Duration remaining);

  /**
   * What the present step sees, about once a second; shown beside it where there is room.
   *
   * @param seen a few words
   */
  default void detail(String seen) {}

  /**
   * Something worth telling at once, such as a server that did not start.
   *
   * @param line one line, not ended
   */
  void note(String line);

  /**
   * All steps have ended, or the run has failed.
   *
   * @param took since the first step
   */
  void done(Duration took);
}
