// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.overtake.lab.MixPoint.Outcome;
import org.junit.jupiter.api.Test;

class MixPointTest {
  private static final Mix MIX = Mix.HIGH;

  @Test
  void loadIsHeldIfOneInAThousandIsLate() {
    MixPoint point = MixPoints.point(MIX, 0.5, 1_000, 1);

    assertThat(point.outcome()).isEqualTo(Outcome.HELD);
    assertThat(point.why()).isEqualTo("p99.9 2×");
  }

  @Test
  void loadIsMissedIfTwoInAThousandAreLate() {
    MixPoint point = MixPoints.point(MIX, 0.5, 1_000, 2);

    assertThat(point.outcome()).isEqualTo(Outcome.MISSED);
    assertThat(point.why()).isEqualTo("p99.9 100×");
  }

  @Test
  void fewSamplesThatAreInTimeProveNothing() {
    MixPoint point = MixPoints.point(MIX, 0.5, 999, 0);

    assertThat(point.outcome()).isEqualTo(Outcome.TOO_FEW);
    assertThat(point.of(MIX.shortest()).p999()).isNaN();
    assertThat(point.why()).isEqualTo("0 of 999 above 50×");
  }

  @Test
  void fewSamplesAreEnoughToMissALoad() {
    MixPoint point = MixPoints.point(MIX, 0.5, 20, 2);

    assertThat(point.outcome()).isEqualTo(Outcome.MISSED);
    assertThat(point.why()).isEqualTo("2 of 20 above 50×");
  }

  @Test
  void serverThatLeavesTheLongOnesUndoneHoldsNothing() {
    MixPoint extreme = MixPoints.point(Mix.EXTREME, 0.5, 10_000, 0, 0.5, false);

    assertThat(extreme.answeredShare()).isEqualTo(0.75);
    assertThat(extreme.outcome()).isEqualTo(Outcome.MISSED);
    assertThat(extreme.why()).isEqualTo("75 % of the requests answered, 50 % of the work");
  }

  @Test
  void workCountsByItsLengthNotByItsRequests() {
    MixPoint point = MixPoints.point(Mix.TPCC, 0.5, 10_000, 0, 0.95, false);

    assertThat(point.answeredShare()).isCloseTo(0.99, within(1e-9));
    assertThat(point.workShare()).isCloseTo(1 - 0.5 / 21.97, within(1e-3));
    assertThat(point.outcome()).isEqualTo(Outcome.HELD);
  }

  @Test
  void figuresOfALateGeneratorAreInvalid() {
    MixPoint point = MixPoints.point(MIX, 0.5, 2_000, 500, 1, true);

    assertThat(point.outcome()).isEqualTo(Outcome.INVALID);
    assertThat(point.why()).isEqualTo("as told");
  }

  @Test
  void slowdownIsLatencyByTheTimeTheRequestNeeds() {
    MixPoint point = MixPoints.point(MIX, 0.5, 1_000, 10);

    assertThat(point.of(MIX.shortest()).p50()).isCloseTo(2, within(0.01));
    assertThat(point.of(MIX.shortest()).slowest()).isCloseTo(100, within(0.1));
    assertThat(point.of(MIX.longest()).p99()).isCloseTo(2, within(0.01));
    assertThat(point.of(MIX.shortest()).late()).isEqualTo(10);
  }
}
