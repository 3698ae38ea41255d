// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {
  @Test
  void isTheMedianWithItsRange() {
    assertThat(Spread.of(List.of(3.0, 1.0, 2.0))).isEqualTo(new Spread(1, 2, 3, 3));
    assertThat(Spread.of(List.of(4.0, 1.0, 2.0, 3.0)).median()).isEqualTo(2.5);
  }

  @Test
  void whatIsNoNumberIsNotCounted() {
    assertThat(Spread.of(List.of(Double.NaN, 7.0))).isEqualTo(new Spread(7, 7, 7, 1));
    assertThat(Spread.of(List.of(Double.NaN)).measured()).isFalse();
  }

  @Test
  void rangeIsShownWhereThereIsOne() {
    assertThat(Spread.of(List.of(7.0)).show(Wording::rate)).isEqualTo("7/s");
    assertThat(Spread.of(List.of(1.0, 2.0, 3.0)).show(Wording::rate)).isEqualTo("2/s (1/s – 3/s)");
    assertThat(Spread.NONE.show(Wording::rate)).isEqualTo("not measured");
  }
}
