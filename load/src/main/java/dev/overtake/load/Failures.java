// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import org.jspecify.annotations.Nullable;

/**
 * What went wrong during a run, counted by outcome. None of it is in any latency.
 *
 * @param refused attempts to connect that the target's machine turned down
 * @param connectTimeouts attempts to connect that got no answer in time
 * @param otherConnectFailures attempts to connect that failed for another reason
 * @param resets connections that broke after they had been opened
 * @param closes connections that the server closed, a request unanswered or not
 * @param nonsense answers that are not a number, or come without a request
 * @param firstOtherConnectFailure what the operating system said to the first of {@code
 *     otherConnectFailures}; null if there is none
 * @param firstNonsense the first such answer, or the first 60 bytes of it; null if there is none
 */
public record Failures(
    long refused,
    long connectTimeouts,
    long otherConnectFailures,
    long resets,
    long closes,
    long nonsense,
    @Nullable String firstOtherConnectFailure,
    @Nullable String firstNonsense) {
  /**
   * Returns how many there were of all kinds.
   *
   * @return the sum, 0 for a run in which nothing went wrong
   */
  public long total() {
    return refused + connectTimeouts + otherConnectFailures + resets + closes + nonsense;
  }
}
