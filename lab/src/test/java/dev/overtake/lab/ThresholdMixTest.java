// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.overtake.load.OpenLoop;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ThresholdMixTest {
  private static final int YARDSTICK = 28; // fib(28) takes a millisecond

  @Test
  void dearRequestsTakeTheSameShareOfTheTimeAndCheapOnesAreEquallyFrequent() {
    List<OpenLoop.RequestClass> mix = ThresholdExperiment.mix(YARDSTICK, Duration.ofSeconds(2));

    assertThat(mix).extracting(OpenLoop.RequestClass::n).contains(1, 5, 10, 15, 20, 25, 30, 35);
    assertThat(mix)
        .filteredOn(kind -> kind.n() <= 15)
        .allSatisfy(kind -> assertThat(kind.weight()).isEqualTo(1));
    assertThat(mix)
        .filteredOn(kind -> kind.n() >= 20)
        .allSatisfy(kind ->
            assertThat(kind.weight() * ThresholdExperiment.cost(kind.n(), YARDSTICK))
                .isCloseTo(15e-6, within(1e-9)));
  }

  @Test
  void whatWouldTakeATenthOfTheTimeIsLeftOut() {
    assertThat(ThresholdExperiment.mix(YARDSTICK, Duration.ofMillis(100)))
        .extracting(OpenLoop.RequestClass::n)
        .containsExactly(1, 5, 10, 15, 20, 25, 30);
  }

  @Test
  void theBreakEvenIsWhereComputingTakesAsLongAsTheTrip() {
    assertThat(ThresholdExperiment.breakEven(1e-3, YARDSTICK)).isEqualTo(28);
    assertThat(ThresholdExperiment.breakEven(21e-6, YARDSTICK)).isEqualTo(20);
    assertThat(ThresholdExperiment.breakEven(1e-12, YARDSTICK)).isEqualTo(1);
  }
}
