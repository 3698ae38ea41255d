// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LatencyFiguresTest {
  @Test
  void aPercentileIsAFigureWhenTenLieBeyondIt() {
    assertThat(LatencyFigures.enoughFor(99, 999)).isFalse();
    assertThat(LatencyFigures.enoughFor(99, 1_000)).isTrue();
    assertThat(LatencyFigures.enoughFor(99.9, 9_990)).isFalse();
    assertThat(LatencyFigures.enoughFor(99.9, 10_000)).isTrue();
  }

  @Test
  void aPercentileDecidesAboutALimitWhenOneLiesBeyondIt() {
    assertThat(LatencyFigures.anyBeyond(99, 99)).isFalse();
    assertThat(LatencyFigures.anyBeyond(99, 100)).isTrue();
    assertThat(LatencyFigures.anyBeyond(99.9, 999)).isFalse();
    assertThat(LatencyFigures.anyBeyond(99.9, 1_000)).isTrue();
  }
}
