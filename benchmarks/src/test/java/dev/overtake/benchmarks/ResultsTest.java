// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ResultsTest {
  private final Results results = new Results(List.of("here"), List.of("ours", "theirs"), 3);

  @Test
  void ratioIsTakenInsideEachRoundNotBetweenMedians() {
    rates("ours", 10, 40, 90);
    rates("theirs", 5, 40, 30);

    Spread ratio = results.ratio("here", Figure.REQUESTS_PER_SECOND, "ours", "theirs");

    assertThat(ratio.rounds()).containsExactly(2.0, 1.0, 3.0);
    assertThat(ratio.median()).isEqualTo(2);
    assertThat(ratio).hasToString("2.00 (1.00–3.00)");
  }

  @Test
  void failedRoundTakesNoPartInARatioAndIsSaid() {
    rates("ours", 10, 40);
    results.row("here", "ours").failed("it died");
    rates("theirs", 5, 40, 30);

    assertThat(results.ratio("here", Figure.REQUESTS_PER_SECOND, "ours", "theirs").max())
        .isEqualTo(2);
    assertThat(results.row("here", "ours").failure()).isEqualTo("it died");
  }

  @Test
  void ratioToAServerThatWasNotAskedForIsEmpty() {
    rates("ours", 10, 40, 90);

    assertThat(results.ratio("here", Figure.REQUESTS_PER_SECOND, "ours", "nobody").isEmpty())
        .isTrue();
  }

  @Test
  void comparisonIsJudgedByTheMedian() {
    Spread spread = Spread.of(List.of(0.5, 0.91, 1.5));

    assertThat(Comparison.atLeast(0.9, "retention", spread))
        .hasToString("retention: 0.910 (0.500–1.50), wanted at least 0.900: met");
    assertThat(Comparison.atMost(0.9, "ratio", spread).verdict()).isEqualTo("missed");
  }

  private void rates(String model, double... perSecond) {
    for (double rate : perSecond) {
      results.row("here", model).add(new Measurement().with(Figure.REQUESTS_PER_SECOND, rate));
    }
  }
}
