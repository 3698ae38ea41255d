// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.overtake.load.OpenLoop.RequestClass;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class MixTest {
  private static final Duration ROUNDED = Duration.ofMillis(5);

  @Test
  void meansAreThoseOfThePublishedMixesTimesAHundred() {
    assertThat(Mix.EXTREME.meanMillis()).isCloseTo(0.29975, within(1e-9));
    assertThat(Mix.HIGH.meanMillis()).isCloseTo(5.05, within(1e-9));
    assertThat(Mix.TPCC.meanMillis()).isCloseTo(1.9068, within(1e-9));
    assertThat(Mix.ROCKSDB.meanMillis()).isCloseTo(31.825, within(1e-9));
    assertThat(Mix.EXP.meanMillis()).isEqualTo(1);
    assertThat(Mix.FIXED.meanMillis()).isEqualTo(1);
  }

  @Test
  void capacityIsWhatTheCoresCanComputeAndNothingElse() {
    assertThat(Mix.FIXED.capacityPerSecond(3)).isEqualTo(3_000);
  }

  @Test
  void loadLastsUntilThereAreEnoughOfTheShortestKind() {
    // Of 99.01 short ones a second at the full capacity.
    assertThat(Mix.HIGH.lasting(0.5, 1, 990)).isCloseTo(Duration.ofSeconds(20), ROUNDED);
    assertThat(Mix.HIGH.lasting(0.5, 2, 990)).isCloseTo(Duration.ofSeconds(10), ROUNDED);
  }

  @Test
  void whoIsLongestPaysForTheShortest() {
    assertThat(Mix.TPCC.shortest().name()).isEqualTo("Payment");
    assertThat(Mix.TPCC.longest().name()).isEqualTo("StockLevel");
    assertThat(Mix.FIXED.longest()).isEqualTo(Mix.FIXED.shortest());
  }

  @Test
  void requestsAskForStepsInTheirProportions() {
    assertThat(Mix.ROCKSDB.classes(400_000))
        .containsExactly(
            new RequestClass("GET", 60_000, 50), new RequestClass("SCAN", 25_400_000, 50));
  }

  @Test
  void loadsRise() {
    for (Mix mix : Mix.ALL) {
      for (Effort effort : Effort.values()) {
        assertThat(mix.loads(effort)).isSorted().doesNotHaveDuplicates();
      }
    }
  }
}
