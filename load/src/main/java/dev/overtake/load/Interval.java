// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.nio.ByteBuffer;
import org.HdrHistogram.Histogram;

/**
 * A piece of a run, as long as the generator's interval option or what was left of the phase.
 * Immutable.
 */
public final class Interval {
  private final String phase;
  private final double startSeconds;
  private final double seconds;
  private final long requests;

  // Some hundred bytes instead of the histogram's thirty thousand: a run has thousands of these.
  private final byte[] encoded;

  Interval(String phase, double startSeconds, double seconds, long requests, byte[] encoded) {
    this.phase = phase;
    this.startSeconds = startSeconds;
    this.seconds = seconds;
    this.requests = requests;
    this.encoded = encoded;
  }

  /**
   * Returns what was going on.
   *
   * @return the name of the phase, such as {@code calm}; in the open loop, of the class
   */
  public String phase() {
    return phase;
  }

  /**
   * Returns when it began.
   *
   * @return seconds after the first measured phase began; negative while warming up
   */
  public double startSeconds() {
    return startSeconds;
  }

  /**
   * Returns how long it was.
   *
   * @return seconds
   */
  public double seconds() {
    return seconds;
  }

  /**
   * Returns how many requests were answered in it.
   *
   * @return 0 or more
   */
  public long requests() {
    return requests;
  }

  /**
   * Returns the latencies of those requests.
   *
   * @return a new histogram of nanoseconds, exact within 1%
   */
  public Histogram latencies() {
    return Histogram.decodeFromByteBuffer(ByteBuffer.wrap(encoded), 0);
  }
}
