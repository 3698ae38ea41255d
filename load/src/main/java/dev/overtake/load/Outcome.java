// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

/** What became of a request of the probe. */
public enum Outcome {
  /** Answered, over HTTP with a status below 400. */
  OK,
  /** Answered with a status of 400 or more, with something that is no answer, or not at all. */
  ERROR,
  /** Not connected, or not answered, in time; its connection is closed then. */
  TIMEOUT,
  /** The target's machine turned the connection down. */
  REFUSED
}
