// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Times are given in milliseconds after an arbitrary start close to the clock's overflow. */
class TimelineTest {
  private static final long START = Long.MAX_VALUE - millis(1_000);

  private final List<Interval> intervals = new ArrayList<>();
  private final List<Second> seconds = new ArrayList<>();
  private final List<String> ended = new ArrayList<>();

  private static long millis(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }

  private static long at(long millis) {
    return START + millis(millis);
  }

  private Timeline timeline(int measuredFrom, Timeline.Plan... plans) {
    var timeline =
        new Timeline(
            List.of(plans),
            measuredFrom,
            millis(500),
            (phase, end) -> ended.add(plans[phase].name() + "@" + (end - START) / millis(1)),
            new LoadListener() {
              @Override
              public void interval(Interval interval) {
                intervals.add(interval);
              }

              @Override
              public void second(Second second) {
                seconds.add(second);
              }
            });
    timeline.start(START);
    return timeline;
  }

  private static Timeline.Plan plan(String name, long millis) {
    return new Timeline.Plan(name, millis(millis));
  }

  @Test
  void answersAreFiledBySecondAndPhaseOfTheirArrival() {
    Timeline timeline = timeline(1, plan("warmup", 1_000), plan("calm", 2_000));

    timeline.answered(at(999), at(998));
    timeline.answered(at(1_000), at(999));
    timeline.answered(at(1_001), at(1_000));
    timeline.answered(at(2_500), at(2_490));
    timeline.advance(at(3_000));

    assertThat(seconds)
        .extracting(Second::second, Second::phase, Second::requests)
        .containsExactly(tuple(-1.0, "warmup", 1L), tuple(0.0, "calm", 2L), tuple(1.0, "calm", 1L));
    assertThat(intervals)
        .extracting(Interval::startSeconds)
        .containsExactly(-1.0, -0.5, 0.0, 0.5, 1.0, 1.5);
    assertThat(intervals).extracting(Interval::requests).containsExactly(0L, 1L, 2L, 0L, 0L, 1L);
    assertThat(timeline.phase(1).answered()).isEqualTo(3);
    assertThat(timeline.isOver()).isTrue();
  }

  @Test
  void aSilentStretchLeavesEmptySecondsAndNoGap() {
    Timeline timeline = timeline(0, plan("calm", 3_000));

    timeline.advance(at(10_000));

    assertThat(seconds).extracting(Second::requests).containsExactly(0L, 0L, 0L);
    assertThat(ended).containsExactly("calm@3000");
  }

  @Test
  void whatIsLeftOfAPhaseIsAShortSecondWithItsOwnRate() {
    Timeline timeline = timeline(0, plan("calm", 1_200), plan("loaded", 1_000));

    for (int i = 0; i < 10; i++) {
      timeline.answered(at(1_100), at(1_099));
    }
    timeline.advance(at(2_200));

    assertThat(seconds).extracting(Second::second).containsExactly(0.0, 1.0, 1.2);
    assertThat(seconds.get(1).requestsPerSecond()).isCloseTo(50, within(1e-9));
    assertThat(intervals)
        .extracting(Interval::seconds)
        .satisfiesExactly(
            s -> assertThat(s).isEqualTo(0.5),
            s -> assertThat(s).isEqualTo(0.5),
            s -> assertThat(s).isCloseTo(0.2, within(1e-9)),
            s -> assertThat(s).isEqualTo(0.5),
            s -> assertThat(s).isEqualTo(0.5));
  }

  @Test
  void aRequestFromThePhaseBeforeCountsFromThisPhasesBeginning() {
    Timeline timeline = timeline(0, plan("calm", 1_000), plan("loaded", 1_000));

    timeline.answered(at(1_300), at(100));
    timeline.advance(at(2_000));

    assertThat(timeline.phase(0).answered()).isZero();
    assertThat(timeline.phase(1).latencies().getMaxValue())
        .isCloseTo(millis(300), within(millis(1)));
  }

  @Test
  void theLongestStallIncludesTheOneThatThePhasesEndCutsOff() {
    Timeline timeline = timeline(0, plan("calm", 1_000), plan("loaded", 1_000));

    timeline.answered(at(200), at(0));
    timeline.answered(at(300), at(200));
    timeline.answered(at(1_900), at(300));
    timeline.advance(at(2_000));

    assertThat(timeline.phase(0).longestStallMillis()).isEqualTo(700);
    assertThat(timeline.phase(1).longestStallMillis()).isEqualTo(900);
  }

  @Test
  void aPhaseWithoutAnyAnswerIsOneStallAndItsLatenciesAreAges() {
    var waiting = new Timeline[1];
    waiting[0] =
        new Timeline(
            List.of(plan("loaded", 2_000)),
            0,
            millis(500),
            (phase, end) -> waiting[0].phase(phase).unanswered(waiting[0].inPhase(end, at(-700))),
            LoadListener.NONE);
    waiting[0].start(START);

    waiting[0].advance(at(2_000));

    Timeline.Phase phase = waiting[0].phase(0);
    assertThat(phase.answered()).isZero();
    assertThat(phase.longestStallMillis()).isEqualTo(2_000);
    assertThat(phase.countedUnanswered()).isEqualTo(1);
    assertThat(phase.latencies().getMaxValue()).isCloseTo(millis(2_000), within(millis(2)));
  }

  @Test
  void nothingIsFiledWhenAllIsOver() {
    Timeline timeline = timeline(0, plan("calm", 1_000));

    assertThat(timeline.answered(at(1_000), at(0))).isEqualTo(-1);

    assertThat(timeline.phase(0).answered()).isZero();
    assertThat(timeline.phase(0).latencies().getTotalCount()).isZero();
  }

  @Test
  void anIntervalsHistogramIsExactWithinAPercent() {
    Timeline timeline = timeline(0, plan("calm", 1_000));

    timeline.answered(at(10), at(10) - 12_345);
    timeline.answered(at(20), at(20) - 98_765_432);
    timeline.advance(at(1_000));

    assertThat(intervals.getFirst().latencies().getMaxValue())
        .isCloseTo(millis(20), within(millis(20) / 100));
    assertThat(intervals.getFirst().latencies().getMinValue()).isCloseTo(12_345L, within(123L));
  }
}
