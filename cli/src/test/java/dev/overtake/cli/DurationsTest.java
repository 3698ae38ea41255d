// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class DurationsTest {
  @ParameterizedTest
  @CsvSource({
    "7ns, 7",
    "500us, 500000",
    "500µs, 500000",
    "2ms, 2000000",
    "0.5ms, 500000",
    "10s, 10000000000",
    "5m, 300000000000",
    "1h, 3600000000000"
  })
  void aNumberAndAUnitAreADuration(String text, long nanos) {
    assertThat(new Durations().convert(text)).isEqualTo(Duration.ofNanos(nanos));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "5", "ms", "-1s", "1 s", "1.s", "1e3s", "5 parsecs", "1s2ms", "12345678901s"})
  void anythingElseIsRefusedWithItsText(String text) {
    assertThatThrownBy(() -> new Durations().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("'" + text + "' is not a duration");
  }

  @Test
  void whereSecondsAreMeantABareNumberIsEnough() {
    assertThat(new Durations.InSeconds().convert("0.5")).isEqualTo(Duration.ofMillis(500));
    assertThat(new Durations.InSeconds().convert("500ms")).isEqualTo(Duration.ofMillis(500));
  }
}
