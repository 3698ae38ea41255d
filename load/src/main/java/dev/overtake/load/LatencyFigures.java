// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import org.HdrHistogram.AbstractHistogram;

/**
 * A histogram of latencies in eight figures; all 0 when it is empty.
 *
 * @param count how many latencies there are
 * @param p50Micros the median, in microseconds
 * @param p90Micros 90% are no longer than this
 * @param p99Micros 99% are no longer than this
 * @param p999Micros 99.9% are no longer than this
 * @param p9999Micros 99.99% are no longer than this
 * @param maxMicros the longest
 */
public record LatencyFigures(
    long count,
    double p50Micros,
    double p90Micros,
    double p99Micros,
    double p999Micros,
    double p9999Micros,
    double maxMicros) {
  /**
   * Sums up a histogram.
   *
   * @param nanos latencies in nanoseconds; not changed
   * @return its figures
   */
  public static LatencyFigures of(AbstractHistogram nanos) {
    if (nanos.getTotalCount() == 0) {
      return new LatencyFigures(0, 0, 0, 0, 0, 0, 0);
    }
    return new LatencyFigures(
        nanos.getTotalCount(),
        nanos.getValueAtPercentile(50) / 1e3,
        nanos.getValueAtPercentile(90) / 1e3,
        nanos.getValueAtPercentile(99) / 1e3,
        nanos.getValueAtPercentile(99.9) / 1e3,
        nanos.getValueAtPercentile(99.99) / 1e3,
        nanos.getMaxValue() / 1e3);
  }

  /**
   * Tells whether a percentile of so many latencies means more than their maximum: at least ten of
   * them lie beyond it. Where it does not, print "too few samples" instead of a number.
   *
   * @param percentile such as 99.9
   * @param count how many latencies there are
   * @return whether the percentile is worth printing
   */
  public static boolean enoughFor(double percentile, long count) {
    // 1000 samples must be enough for p99, although (100 - 99.0) / 100 is not exact.
    return Math.round(count * (100 - percentile)) >= 1_000;
  }

  /**
   * Tells whether at least one of so many latencies lies beyond a percentile. That is too few to
   * print it as a figure, and enough to hold it against a limit.
   *
   * @param percentile such as 99.9
   * @param count how many latencies there are
   * @return whether the percentile may decide about a limit
   */
  public static boolean anyBeyond(double percentile, long count) {
    return enoughFor(percentile, 10 * count);
  }
}
