// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * The requests that had no answer when a phase ended.
 *
 * <p>Their ages are lower bounds of their latencies. Leaving them out would hide a stall that the
 * end cut off; counting them all would flatter, as most have only just been sent. So an age counts
 * as a latency if it exceeds the median of the answered ones, and all count if there are none.
 */
final class Unanswered {
  private final Histogram ages = Timeline.histogram(3);

  void note(long ageNanos) {
    Timeline.record(ages, ageNanos);
  }

  /** Adds those that count to the latencies of the answered ones; returns how many. */
  long addTo(Histogram latencies) {
    long before = latencies.getTotalCount();
    long medianNanos = before == 0 ? -1 : latencies.getValueAtPercentile(50);
    for (HistogramIterationValue age : ages.recordedValues()) {
      if (age.getValueIteratedTo() > medianNanos) {
        latencies.recordValueWithCount(
            age.getValueIteratedTo(), age.getCountAddedInThisIterationStep());
      }
    }
    return latencies.getTotalCount() - before;
  }
}
