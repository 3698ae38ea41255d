// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class UnansweredTest {
  private final Histogram answered = Timeline.histogram(3);
  private final Unanswered unanswered = new Unanswered();

  @Test
  void agesBeyondTheMedianCountAsLatencies() {
    for (int i = 1; i <= 9; i++) {
      answered.recordValue(i * 1_000L);
    }
    unanswered.note(2_000);
    unanswered.note(8_000_000);

    assertThat(unanswered.addTo(answered)).isEqualTo(1);

    assertThat(answered.getTotalCount()).isEqualTo(10);
    assertThat(answered.getMinValue()).isLessThan(1_100);
    assertThat(answered.getMaxValue()).isBetween(7_990_000L, 8_010_000L);
  }

  @Test
  void allCountIfNothingWasAnswered() {
    unanswered.note(0);
    unanswered.note(5_000_000);

    assertThat(unanswered.addTo(answered)).isEqualTo(2);
  }
}
