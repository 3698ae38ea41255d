// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** All times in percent of a quantum. */
class UsageTest {
  private static final int QUANTUM = 100;

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    // what, age, observed since the mark, used since the mark (-1: unknown), paused, missing
    "the mark is its own and it computed, 100, 100, 100, 0, -25",
    "the mark is its own and it had half, 100, 100, 50, 0, 25",
    "it began after the mark and all computed, 100, 150, 150, 0, -25",
    "it began after the mark and all had half, 100, 200, 100, 0, 25",
    "others used all before it and it nothing, 100, 200, 100, 0, 25",
    "others used all before a pause that CPU time leaves out, 300, 350, 50, 0, 33",
    "a pause that CPU time leaves out, 300, 300, 20, 0, 55",
    "a pause that is counted as CPU time, 300, 320, 320, 290, 47",
    "a pause that is known and was not counted, 300, 320, 20, 290, 57",
    "it has computed in spite of a pause, 300, 300, 120, 180, -45",
    "CPU time is not known, 100, 100, -1, 0, -25",
    "CPU time is not known and there was a pause, 300, 300, -1, 250, 25",
    "the estimate is enough but hardly any is certain, 400, 500, 110, 0, 15"
  })
  void missingUntilItHasComputedPastAQuantum(
      String what, long age, long observed, long used, long paused, long missing) {
    assertThat(Usage.of(age, observed, used, paused).missingNanos(QUANTUM)).isEqualTo(missing);
  }

  @ParameterizedTest(name = "used {0} of 100")
  @CsvSource({"0, true", "89, true", "90, false", "100, false"})
  void whoWasBusyNearlyAllTheTimeDoesNotWait(long used, boolean leaves) {
    assertThat(Usage.of(100, 100, used, 0).leavesTimeToWait()).isEqualTo(leaves);
  }
}
