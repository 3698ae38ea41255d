// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
  private static final Unit RATE = Unit.of("requests/s");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0.000412   | 412 µs",
        "0.9996     | 1.00 s",
        "0.9994     | 999 ms",
        "1.28       | 1.28 s",
        "95         | 95.0 s",
        "300        | 5.00 min",
        "7200       | 120 min",
        "20000      | 5.56 h",
        "0.00000002 | 20.0 ns",
        "0          | 0 s",
        "-0.002     | −2.00 ms",
      })
  void secondsAreWrittenInTheUnitThatSuits(double seconds, String text) {
    assertThat(spaced(Numbers.write(seconds, Unit.SECONDS, 3))).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0          | 0 B",
        "200        | 200 B",
        "1023.9     | 1.00 KiB",
        "8804682957 | 8.20 GiB",
      })
  void bytesAreWrittenInPowersOf1024(double bytes, String text) {
    assertThat(spaced(Numbers.write(bytes, Unit.BYTES, 3))).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "22114    | 22,100 requests/s",
        "103      | 103 requests/s",
        "99.96    | 100 requests/s",
        "0.6      | 0.600 requests/s",
        "1234567  | 1,230,000 requests/s",
        "-1234    | −1,230 requests/s",
      })
  void digitsBeyondTheSignificantOnesAreRounded(double value, String text) {
    assertThat(spaced(Numbers.write(value, RATE, 3))).isEqualTo(text);
  }

  @Test
  void fractionsAreWrittenInPercent() {
    assertThat(spaced(Numbers.write(0.914, Unit.FRACTION, 3))).isEqualTo("91.4 %");
    assertThat(spaced(Numbers.write(0.00472, Unit.FRACTION, 3))).isEqualTo("0.472 %");
  }

  @Test
  void rangeIsWrittenInTheUnitOfItsMedianIfThatSuitsBothEnds() {
    assertThat(Numbers.range(0.60, 0.62, 0.78, Unit.SECONDS, 2)).isEqualTo("(600–780)");
    assertThat(Numbers.range(0, 7150, 9300, RATE, 3)).isEqualTo("(0–9,300)");
    assertThat(spaced(Numbers.range(0.00021, 0.00034, 0.0012, Unit.SECONDS, 3)))
        .isEqualTo("(210 µs–1.20 ms)");
  }

  @Test
  void wholeNumbersKeepAllTheirDigits() {
    assertThat(Numbers.whole(102_334_155)).isEqualTo("102,334,155");
    assertThat(Numbers.whole(Long.MIN_VALUE)).isEqualTo("−9,223,372,036,854,775,808");
  }

  private static String spaced(String text) {
    return text.replace('\u00a0', ' ');
  }
}
