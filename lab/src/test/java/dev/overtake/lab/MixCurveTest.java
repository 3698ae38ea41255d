// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overtake.lab.MixPoint.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MixCurveTest {
  private static final Mix MIX = Mix.HIGH;
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration FULL = Duration.ofSeconds(10);
  private static final Duration LONGEST = Duration.ofSeconds(20);

  private final List<String> tried = new ArrayList<>();

  @Test
  void looksThatShowEnoughAreNotRepeated() throws Exception {
    MixCurve curve = search(Map.of(), Map.of(), 0.1, 0.5, 0.9);

    assertThat(tried).containsExactly("0.1 for 1 s", "0.5 for 1 s", "0.9 for 1 s");
    assertThat(curve.highest()).map(MixPoint::load).contains(0.9);
  }

  @Test
  void stopsWhenTwoLoadsHaveBeenMissed() throws Exception {
    MixCurve curve =
        search(Map.of(0.3, Outcome.MISSED, 0.7, Outcome.MISSED), Map.of(), 0.1, 0.3, 0.5, 0.7, 0.9);

    assertThat(tried).containsExactly("0.1 for 1 s", "0.3 for 1 s", "0.5 for 1 s", "0.7 for 1 s");
    assertThat(curve.highest()).map(MixPoint::load).contains(0.5);
    assertThat(curve.missed()).map(MixPoint::load).contains(0.7);
  }

  @Test
  void takesItsTimeFromTheHighestLoadThatIsUndecided() throws Exception {
    MixCurve curve =
        search(
            Map.of(0.1, Outcome.TOO_FEW, 0.5, Outcome.TOO_FEW, 0.9, Outcome.TOO_FEW),
            Map.of(0.9, Outcome.MISSED),
            0.1,
            0.5,
            0.9);

    assertThat(tried)
        .containsExactly(
            "0.1 for 1 s", "0.5 for 1 s", "0.9 for 1 s", "0.9 for 10 s", "0.5 for 10 s");
    assertThat(curve.highest()).map(MixPoint::load).contains(0.5);
    assertThat(curve.points().getFirst().outcome()).isEqualTo(Outcome.TOO_FEW);
  }

  @Test
  void leavesALoadUndecidedThatWouldTakeTooLong() throws Exception {
    List<MixPoint> points =
        MixCurve.search(
            List.of(0.1), LOOK, _ -> LONGEST.plusMillis(1), LONGEST, trial(undecided(), Map.of()));

    assertThat(tried).containsExactly("0.1 for 1 s");
    assertThat(new MixCurve(points, null, null).highest()).isEmpty();
    assertThat(BimodalExhibits.held(new MixCurve(points, null, null))).isEqualTo("not measured");
  }

  @Test
  void missingTheLowestLoadMeansLessThanThat() throws Exception {
    MixCurve curve = search(Map.of(0.1, Outcome.MISSED, 0.2, Outcome.MISSED), Map.of(), 0.1, 0.2);

    assertThat(BimodalExhibits.held(curve)).isEqualTo("less than 10 %");
  }

  @Test
  void generatorThatIsLateSpoilsOnlyWhatIsHigherThanTheLoadHeld() throws Exception {
    assertThat(search(Map.of(0.1, Outcome.INVALID), Map.of(), 0.1, 0.5).spoilt()).isFalse();
    assertThat(search(Map.of(0.5, Outcome.INVALID), Map.of(), 0.1, 0.5).spoilt()).isTrue();
  }

  private static Map<Double, Outcome> undecided() {
    return Map.of(0.1, Outcome.TOO_FEW);
  }

  private MixCurve search(Map<Double, Outcome> looks, Map<Double, Outcome> full, Double... loads)
      throws Exception {
    return new MixCurve(
        MixCurve.search(List.of(loads), LOOK, _ -> FULL, LONGEST, trial(looks, full)), null, null);
  }

  /** Holds every load that is not named. */
  private MixCurve.Trial trial(Map<Double, Outcome> looks, Map<Double, Outcome> full) {
    return (load, length) -> {
      tried.add("%s for %s s".formatted(load, length.toSeconds()));
      Map<Double, Outcome> outcomes = length.equals(LOOK) ? looks : full;
      MixPoint point =
          switch (outcomes.getOrDefault(load, Outcome.HELD)) {
            case HELD -> MixPoints.held(MIX, load);
            case MISSED -> MixPoints.missed(MIX, load);
            case TOO_FEW -> MixPoints.point(MIX, load, 10, 0);
            case INVALID -> MixPoints.point(MIX, load, 2_000, 0, 1, true);
          };
      return point;
    };
  }
}
