// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LiveCommandTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--servers=7|servers must be from 2 to 6: servers=7",
        "--port=65536|port must be from 0 to 65535: port=65536",
        "--linger=2000h|linger must be from 0 s to a day: linger=7200000 s"
      })
  void whatIsOutOfRangeIsRefusedInOneLine(String option, String line) {
    Outcome outcome = Outcome.of("live", option);

    assertThat(outcome.exitStatus()).isEqualTo(2);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).contains(line).hasLineCount(1);
  }
}
