// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.util.EnumMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * Counts the short requests of one stretch of the probe, and their latencies, by outcome.
 *
 * <p>Not thread-safe.
 */
final class Tally {
  private final Histogram response = Timeline.histogram(3);
  private final Histogram service = Timeline.histogram(3);
  private final Unanswered responseUnanswered = new Unanswered();
  private final Unanswered serviceUnanswered = new Unanswered();
  private final Map<Outcome, Histogram> failures = new EnumMap<>(Outcome.class);
  private final Histogram lateNanos = Timeline.histogram(3);
  private long planned;
  private long decided;
  private long unanswered;
  private long waitingSinceNanos; // since when somebody waits and nobody is answered
  private long longestStallNanos;

  /** A request is due: somebody waits from now on. */
  void planned(long dueNanos) {
    if (planned == decided) {
      waitingSinceNanos = dueNanos;
    }
    planned++;
  }

  /** It left, and nothing but the generator could have delayed it. */
  void left(long lateByNanos) {
    Timeline.record(lateNanos, lateByNanos);
  }

  void decided(Outcome outcome, long nowNanos, long dueNanos, long sentNanos) {
    decided++;
    stalled(nowNanos);
    if (outcome == Outcome.OK) {
      Timeline.record(response, nowNanos - dueNanos);
      Timeline.record(service, nowNanos - sentNanos);
    } else {
      Timeline.record(
          failures.computeIfAbsent(outcome, _ -> Timeline.histogram(3)), nowNanos - dueNanos);
    }
  }

  private void stalled(long nowNanos) {
    longestStallNanos = Math.max(longestStallNanos, nowNanos - waitingSinceNanos);
    waitingSinceNanos = nowNanos;
  }

  /** A request was sent and has no answer at the end. */
  void unanswered(long endNanos, long dueNanos, long sentNanos) {
    unsent(endNanos, dueNanos);
    serviceUnanswered.note(Math.max(0, endNanos - sentNanos));
  }

  /** A request has not even been sent at the end. */
  void unsent(long endNanos, long dueNanos) {
    unanswered++;
    responseUnanswered.note(Math.max(0, endNanos - dueNanos));
  }

  Interference.ShortRun end(long nanos, long endNanos, long dropped, GeneratorHealth health) {
    if (planned > decided) {
      stalled(endNanos);
    }
    final long ok = response.getTotalCount();
    final long counted = responseUnanswered.addTo(response);
    long _ = serviceUnanswered.addTo(service);
    return new Interference.ShortRun(
        nanos / 1e9,
        planned,
        ok,
        unanswered,
        dropped,
        counted,
        response,
        service,
        Map.copyOf(failures),
        longestStallNanos / 1e6,
        health);
  }

  Histogram lateNanos() {
    return lateNanos;
  }
}
