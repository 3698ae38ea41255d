// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WordingTest {
  @Test
  void threeDigitsCount() {
    assertThat(Wording.rate(21_866)).isEqualTo("21,900/s");
    assertThat(Wording.percent(0.004573)).isEqualTo("0.457 %");
    assertThat(Wording.times(2.0)).isEqualTo("2×");
    assertThat(Wording.number(Double.NaN)).isEqualTo("unknown");
  }

  @Test
  void secondsHaveThePrefixThatSuitsThem() {
    assertThat(Wording.seconds(1.28)).isEqualTo("1.28 s");
    assertThat(Wording.seconds(0.9999)).isEqualTo("1 s");
    assertThat(Wording.seconds(0.0341)).isEqualTo("34.1 ms");
    assertThat(Wording.seconds(0.00004)).isEqualTo("40 µs");
    assertThat(Wording.seconds(0)).isEqualTo("0 s");
  }
}
