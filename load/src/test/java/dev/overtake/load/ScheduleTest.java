// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  private static final List<OpenLoop.RequestClass> MIX =
      List.of(
          new OpenLoop.RequestClass("short", 1, 99.5), new OpenLoop.RequestClass("long", 27, 0.5));

  private static Schedule schedule(OpenLoop.Arrivals arrivals, long seed) {
    return new Schedule(1_000, arrivals, MIX, seed);
  }

  private static List<List<Long>> first(int count, Schedule schedule) {
    var planned = new ArrayList<List<Long>>();
    for (int i = 0; i < count; i++) {
      planned.add(List.of(schedule.nanos(), (long) schedule.kind()));
      schedule.advance();
    }
    return planned;
  }

  @Test
  void fixedArrivalsAreEquallyFarApart() {
    assertThat(first(3, schedule(OpenLoop.Arrivals.FIXED, 1)))
        .extracting(List::getFirst)
        .containsExactly(1_000_000L, 2_000_000L, 3_000_000L);
  }

  @Test
  void theSameSeedPlansTheSameLoad() {
    assertThat(first(1_000, schedule(OpenLoop.Arrivals.POISSON, 7)))
        .isEqualTo(first(1_000, schedule(OpenLoop.Arrivals.POISSON, 7)))
        .isNotEqualTo(first(1_000, schedule(OpenLoop.Arrivals.POISSON, 8)));
  }

  @Test
  void poissonArrivalsKeepTheRateAndScatterAsTheyShould() {
    List<List<Long>> planned = first(100_000, schedule(OpenLoop.Arrivals.POISSON, 1));

    assertThat(planned.getLast().getFirst() / 1e9).isCloseTo(100, within(1.0));
    long beyondTheMean =
        IntStream.range(1, planned.size())
            .filter(i -> planned.get(i).getFirst() - planned.get(i - 1).getFirst() > 1_000_000)
            .count();
    assertThat(beyondTheMean / 1e5).isCloseTo(Math.exp(-1), within(0.01));
  }

  @Test
  void classesHaveTheirShares() {
    long longs =
        first(100_000, schedule(OpenLoop.Arrivals.FIXED, 1)).stream()
            .filter(planned -> planned.getLast() == 1)
            .count();

    assertThat(longs).isBetween(400L, 600L);
  }
}
