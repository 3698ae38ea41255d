// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BestOfOthersTest {
  @Test
  void theYardstickOfARoundIsWhoWasBestInTheOthers() {
    List<Double> steady = List.of(100.0, 100.0, 100.0);
    List<Double> onceLucky = List.of(400.0, 50.0, 50.0);

    Spread part = BestOfOthers.part(List.of(90.0, 80.0, 110.0), List.of(steady, onceLucky));

    // The other two rounds of the second and third have 400 in them: half-way it is the better one.
    assertThat(part).isEqualTo(new Spread(0.9, 1.6, 2.2, 3));
  }

  @Test
  void aSingleRoundHasItsOwnBest() {
    assertThat(BestOfOthers.part(List.of(90.0), List.of(List.of(100.0), List.of(120.0))))
        .isEqualTo(new Spread(0.75, 0.75, 0.75, 1));
  }

  @Test
  void onlyRoundsThatAllHaveMeasuredCount() {
    assertThat(BestOfOthers.part(List.of(90.0, 80.0), List.of(List.of(100.0))))
        .isEqualTo(Spread.of(List.of(0.9)));
    assertThat(BestOfOthers.part(List.of(90.0), List.of())).isEqualTo(Spread.NONE);
    assertThat(BestOfOthers.part(List.of(), List.of(List.of(100.0)))).isEqualTo(Spread.NONE);
  }
}
