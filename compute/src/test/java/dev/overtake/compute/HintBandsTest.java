// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class HintBandsTest {
  @Test
  void eachSmallHintIsABandOfItsOwn() {
    for (int hint = 0; hint < 64; hint++) {
      assertThat(HintBands.least(HintBands.indexOf(hint))).isEqualTo(hint);
      assertThat(HintBands.greatest(HintBands.indexOf(hint))).isEqualTo(hint);
    }
  }

  @Test
  void bandsFollowOneAnotherWithoutGapUpToTheGreatestHint() {
    assertThat(HintBands.least(0)).isZero();
    for (int index = 0; index < HintBands.COUNT; index++) {
      assertThat(HintBands.indexOf(HintBands.least(index))).isEqualTo(index);
      assertThat(HintBands.indexOf(HintBands.greatest(index))).isEqualTo(index);
      if (index > 0) {
        assertThat(HintBands.least(index)).isEqualTo(HintBands.greatest(index - 1) + 1);
      }
    }
    assertThat(HintBands.greatest(HintBands.COUNT - 1)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void noBandIsWiderThanAnEighthOfItsHints() {
    for (int index = 64; index < HintBands.COUNT; index++) {
      long least = HintBands.least(index);
      assertThat(HintBands.greatest(index) - least).isLessThanOrEqualTo(least / 8);
    }
  }
}
