// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.load.Interference;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * How long a server lets a long request run before a short one has its turn, as seen from outside.
 *
 * @param kind what was seen
 * @param millis the quantum; NaN if none was seen
 * @param longOnes beside how many long requests; 0 if beside none of the numbers tried
 * @param samples how many short requests were sent there, one at a time
 * @param delayed how many of them were delayed
 * @param p10Millis a tenth of the delays were no longer than this; NaN without
 * @param p50Millis half of the delays
 * @param p90Millis nine tenths of them
 * @param longMillis the median length of the long requests there, or the age of the oldest
 * @param sentence the same in words
 */
record EffectiveQuantum(
    Kind kind,
    double millis,
    int longOnes,
    long samples,
    long delayed,
    double p10Millis,
    double p50Millis,
    double p90Millis,
    double longMillis,
    String sentence) {
  /*
   * Requests sent one at a time, at random moments, sample the state of a server without bias (Wolff,
   * "Poisson Arrivals See Time Averages", Operations Research 30(2), 1982). Under time sharing such
   * a request waits for what is left of the running quantum, which for a fixed one is spread evenly
   * from 0 to all of it (the residual life of renewal theory); or for all of it, where the server
   * begins to count when somebody waits, as CPython does. Either way the longest delays are a
   * quantum, and do not grow with the long request. Without time sharing they are what is left of
   * the long request itself. Decision 0127 has the rule's numbers.
   */
  private static final double DELAYED_SHARE = 0.2;
  private static final int LEAST_DELAYED = 10;
  private static final double LEAST_DELAY_MILLIS = 1;
  private static final double PART_OF_LONG = 0.25;
  private static final double LEAST_LONG_MILLIS = 20;
  private static final double ALIKE = 1.5;
  private static final double MILLI = 1e6;

  enum Kind {
    /** Short requests take turns with the long one. */
    SEEN,
    /** Short requests wait until a long one is done. */
    UNTIL_DONE,
    /** Too few short requests are delayed. */
    NONE,
    /** The long requests are too short to tell, or there were none. */
    UNKNOWN
  }

  static EffectiveQuantum of(List<Interference.Level> levels) {
    Histogram calm = levels.getFirst().sampled().service();
    if (calm.getTotalCount() == 0) {
      return nothing(
          Kind.UNKNOWN, 0, 0, "Effective quantum unknown: no short request was answered.");
    }
    double usual = calm.getValueAtPercentile(50) / MILLI;
    // Not the 99th: a hundred samples have one beyond it, and chance must not hide a quantum.
    double limit = calm.getValueAtPercentile(90) / MILLI + LEAST_DELAY_MILLIS;
    for (Interference.Level level : levels.subList(1, levels.size())) {
      Histogram delays = new Histogram(3);
      for (HistogramIterationValue value : level.sampled().service().recordedValues()) {
        if (value.getValueIteratedTo() / MILLI > limit) {
          delays.recordValueWithCount(
              Math.max(0, value.getValueIteratedTo() - Math.round(usual * MILLI)),
              value.getCountAddedInThisIterationStep());
        }
      }
      long delayed = delays.getTotalCount();
      if (delayed > 0 && delayed >= DELAYED_SHARE * level.sampled().planned()) {
        EffectiveQuantum found = judged(level, delays);
        // A few delays are chance, unless each of them lasted until a long one was done.
        if (found.kind() != Kind.SEEN || delayed >= LEAST_DELAYED) {
          return found;
        }
      }
    }
    long samples = levels.stream().skip(1).mapToLong(level -> level.sampled().planned()).sum();
    return nothing(
        Kind.NONE,
        samples,
        0,
        "No effective quantum seen: of %d requests sent one at a time beside long ones, too few waited more than %s."
            .formatted(samples, Wording.seconds((limit - usual) / 1e3)));
  }

  private static EffectiveQuantum judged(Interference.Level level, Histogram delays) {
    final long samples = level.sampled().planned();
    final double p10 = delays.getValueAtPercentile(10) / MILLI;
    final double p50 = delays.getValueAtPercentile(50) / MILLI;
    final double p90 = delays.getValueAtPercentile(90) / MILLI;
    Interference.LongRun longRun = level.longRun();
    double longMillis =
        longRun.ok() > 0
            ? longRun.service().getValueAtPercentile(50) / MILLI
            : longRun.oldestMillis();
    String beside = "beside " + Wording.count(level.longOnes(), "long request");
    String those = "%d of %d requests waited".formatted(delays.getTotalCount(), samples);
    Kind kind;
    double millis = Double.NaN;
    String sentence;
    if (p90 >= PART_OF_LONG * longMillis && longMillis < LEAST_LONG_MILLIS) {
      kind = Kind.UNKNOWN;
      sentence =
          "Effective quantum unknown: the long request takes only %s; take one of 0.1 s or more."
              .formatted(Wording.seconds(longMillis / 1e3));
    } else if (p90 >= PART_OF_LONG * longMillis) {
      kind = Kind.UNTIL_DONE;
      sentence =
          "No effective quantum: %s short requests wait until a long one is done; %s, nine tenths of them up to %s, and a long one takes %s."
              .formatted(
                  beside, those, Wording.seconds(p90 / 1e3), Wording.seconds(longMillis / 1e3));
    } else {
      kind = Kind.SEEN;
      // By the lower half: whatever else disturbs a request only makes it wait longer.
      boolean alike = p50 <= ALIKE * p10;
      millis = alike ? p50 : p90;
      sentence =
          "Effective quantum: %s %s; %s %s, four fifths of them between %s and %s, while a long one takes %s."
              .formatted(
                  alike ? "about" : "up to about",
                  Wording.seconds(millis / 1e3),
                  beside,
                  those,
                  Wording.seconds(p10 / 1e3),
                  Wording.seconds(p90 / 1e3),
                  Wording.seconds(longMillis / 1e3));
    }
    return new EffectiveQuantum(
        kind,
        millis,
        level.longOnes(),
        samples,
        delays.getTotalCount(),
        p10,
        p50,
        p90,
        longMillis,
        sentence);
  }

  private static EffectiveQuantum nothing(Kind kind, long samples, long delayed, String sentence) {
    double none = Double.NaN;
    return new EffectiveQuantum(kind, none, 0, samples, delayed, none, none, none, none, sentence);
  }
}
