// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class WorkTest {
  private static final int STRATA = 1_000;

  private final double[] lengths = Work.exponential();

  @Test
  void everyStepChangesTheResultAndTheSameStepsGiveTheSame() {
    assertThat(Work.of(1_000)).isEqualTo(Work.of(1_000)).isNotEqualTo(Work.of(1_001));
  }

  @Test
  void exponentialLengthsHaveTheMeanAndTheVarianceOfTheDistribution() {
    double mean = Arrays.stream(lengths).average().orElseThrow();
    double square = Arrays.stream(lengths).map(length -> length * length).average().orElseThrow();

    assertThat(mean).isCloseTo(1, within(1e-9));
    assertThat(square - mean * mean).isCloseTo(1, within(0.002));
  }

  @Test
  void exponentialLengthsHaveItsPercentiles() {
    double[] sorted = lengths.clone();
    Arrays.sort(sorted);

    for (double share : new double[] {0.1, 0.5, 0.9, 0.99}) {
      assertThat(sorted[(int) (share * STRATA)])
          .isCloseTo(-Math.log1p(-share), within(0.01 / (1 - share) / 10));
    }
  }

  @Test
  void exponentialLengthsComeInTheSameShuffledOrder() {
    double[] sorted = lengths.clone();
    Arrays.sort(sorted);

    assertThat(Work.exponential()).containsExactly(lengths);
    assertThat(lengths).isNotEqualTo(sorted);
  }
}
