// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Cuts a run into phases, and those into intervals, by the time of each answer, and keeps their
 * latencies. Reads no clock: every time is an argument, in nanoseconds, and none may be earlier
 * than one before it.
 *
 * <p>Not thread-safe.
 */
final class Timeline {
  // Longer latencies count as an hour.
  private static final long FINEST_NANOS = 16;
  private static final long LONGEST_NANOS = TimeUnit.HOURS.toNanos(1);
  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final List<Plan> plans;
  private final long intervalNanos;
  private final int measuredFrom;
  private final PhaseEnd phaseEnd;
  private final LoadListener listener;
  private final List<Phase> phases = new ArrayList<>();
  private final Histogram interval = histogram(2);
  private final Histogram second = histogram(2);
  private final ByteBuffer encoder = ByteBuffer.allocate(interval.getNeededByteBufferCapacity());

  private int current;
  private long zeroNanos; // when the first measured phase begins
  private long phaseStart;
  private long phaseStop;
  private long intervalStart;
  private long intervalStop;
  private long secondStart;
  private long lastAnswer;

  /** A phase to come. */
  record Plan(String name, long nanos) {}

  /** Asked at a phase's end, before the next one begins. */
  interface PhaseEnd {
    /** Tells the phase, through {@link Phase#unanswered}, what has no answer yet. */
    void phaseEnded(int phase, long endNanos);
  }

  /**
   * @param measuredFrom the phase with which the time in results begins, the warm-up being before
   */
  Timeline(
      List<Plan> plans,
      int measuredFrom,
      long intervalNanos,
      PhaseEnd phaseEnd,
      LoadListener listener) {
    this.plans = plans;
    this.measuredFrom = measuredFrom;
    this.intervalNanos = intervalNanos;
    this.phaseEnd = phaseEnd;
    this.listener = listener;
    plans.forEach(plan -> phases.add(new Phase(plan.nanos)));
  }

  static Histogram histogram(int digits) {
    return new Histogram(FINEST_NANOS, LONGEST_NANOS, digits);
  }

  static void record(Histogram histogram, long nanos) {
    histogram.recordValue(Math.clamp(nanos, 0, LONGEST_NANOS));
  }

  void start(long now) {
    zeroNanos = now;
    for (int i = 0; i < measuredFrom; i++) {
      zeroNanos += plans.get(i).nanos;
    }
    beginPhase(0, now);
  }

  private void beginPhase(int phase, long start) {
    current = phase;
    phaseStart = start;
    lastAnswer = start;
    if (!isOver()) {
      phaseStop = start + plans.get(phase).nanos;
      secondStart = start;
      beginInterval(start);
    }
  }

  private void beginInterval(long start) {
    interval.reset();
    intervalStart = start;
    // Differences only: the clock may overflow between a start and its stop.
    intervalStop = start + Math.min(intervalNanos, phaseStop - start);
  }

  boolean isOver() {
    return current == plans.size();
  }

  /** Which phase it is, from 0; the number of phases when all are over. */
  int phase() {
    return current;
  }

  /** When something ends next. */
  long nextNanos() {
    return intervalStop;
  }

  /** Ends what is over at the given time. */
  void advance(long now) {
    while (!isOver() && now - intervalStop >= 0) {
      endInterval();
      if (intervalStop - phaseStop < 0) {
        beginInterval(intervalStop);
      } else {
        Phase phase = phases.get(current);
        phase.stalled(phaseStop - lastAnswer);
        phaseEnd.phaseEnded(current, phaseStop);
        phase.addUnanswered();
        beginPhase(current + 1, phaseStop);
      }
    }
  }

  private void endInterval() {
    encoder.clear();
    interval.encodeIntoByteBuffer(encoder);
    listener.interval(
        new Interval(
            plans.get(current).name,
            (intervalStart - zeroNanos) / 1e9,
            (intervalStop - intervalStart) / 1e9,
            interval.getTotalCount(),
            Arrays.copyOf(encoder.array(), encoder.position())));
    second.add(interval);
    if (intervalStop - secondStart >= SECOND_NANOS || intervalStop == phaseStop) {
      endSecond();
    }
  }

  private void endSecond() {
    double seconds = (intervalStop - secondStart) / 1e9;
    long requests = second.getTotalCount();
    listener.second(
        new Second(
            (secondStart - zeroNanos) / 1e9,
            plans.get(current).name,
            requests,
            requests / seconds,
            second.getValueAtPercentile(50) / 1e3,
            second.getValueAtPercentile(99) / 1e3,
            requests == 0 ? 0 : second.getMaxValue() / 1e3));
    second.reset();
    secondStart = intervalStop;
  }

  /**
   * Files an answer to a request that should have been sent at {@code since}, counted from the
   * phase's beginning if that is later. Returns the latency, or -1 if all phases are over.
   */
  long answered(long now, long since) {
    advance(now);
    if (isOver()) {
      return -1;
    }
    Phase phase = phases.get(current);
    long latency = inPhase(now, since);
    phase.answered++;
    record(phase.latencies, latency);
    record(interval, latency);
    phase.stalled(now - lastAnswer);
    lastAnswer = now;
    return latency;
  }

  /** How long something had lasted at {@code now} that began at {@code since} or in the phase. */
  long inPhase(long now, long since) {
    return now - (since - phaseStart < 0 ? phaseStart : since);
  }

  Phase phase(int index) {
    return phases.get(index);
  }

  /** What is known about one phase. */
  static final class Phase {
    private final long nanos;
    private final Histogram latencies = histogram(3);
    private final Unanswered unanswered = new Unanswered();
    private long answered;
    private long countedUnanswered;
    private long longestStallNanos;

    private Phase(long nanos) {
      this.nanos = nanos;
    }

    private void stalled(long stallNanos) {
      longestStallNanos = Math.max(longestStallNanos, stallNanos);
    }

    /** Notes a request without an answer at the phase's end. */
    void unanswered(long ageNanos) {
      unanswered.note(ageNanos);
    }

    private void addUnanswered() {
      countedUnanswered = unanswered.addTo(latencies);
    }

    double seconds() {
      return nanos / 1e9;
    }

    long answered() {
      return answered;
    }

    /** How many of the latencies are ages of requests without an answer. */
    long countedUnanswered() {
      return countedUnanswered;
    }

    double longestStallMillis() {
      return longestStallNanos / 1e6;
    }

    /** In nanoseconds; with the unanswered ones that count, once the phase is over. */
    Histogram latencies() {
      return latencies;
    }
  }
}
