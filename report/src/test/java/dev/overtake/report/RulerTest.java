// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RulerTest {
  private static final Unit RATE = Unit.of("requests/s");

  @Test
  void linearAxisOfValuesBeginsAtZeroAndEndsAtADivision() {
    Ruler ruler = Ruler.ofValues(Axis.linear("rate", RATE), new double[] {14_200, 66_300}, 6);
    assertThat(ruler.ticks())
        .extracting(Ruler.Tick::label)
        .containsExactly("0", "20,000", "40,000", "60,000", "80,000");
    assertThat(ruler.at(0)).isZero();
    assertThat(ruler.at(80_000)).isEqualTo(1);
    assertThat(ruler.title()).isEqualTo("rate, requests/s");
  }

  @Test
  void linearAxisReachesBelowZeroForNegativeValues() {
    Ruler ruler = Ruler.ofValues(Axis.linear("change", Unit.NONE), new double[] {-3, 4}, 6);
    assertThat(ruler.ticks())
        .extracting(Ruler.Tick::label)
        .containsExactly("−4", "−2", "0", "2", "4");
  }

  @Test
  void linearAxisHasOneUnitAndNamesItInItsTitle() {
    Ruler ruler =
        Ruler.ofValues(Axis.linear("latency", Unit.SECONDS), new double[] {0.0001, 0.0042}, 6);
    assertThat(ruler.title()).isEqualTo("latency, ms");
    assertThat(ruler.ticks())
        .extracting(Ruler.Tick::label)
        .containsExactly("0", "1", "2", "3", "4", "5");
  }

  @Test
  void timeIsDividedInHandySteps() {
    Ruler ruler = Ruler.ofPlaces(Axis.linear("time", Unit.SECONDS), new double[] {0, 120}, 10);
    assertThat(ruler.title()).isEqualTo("time, s");
    assertThat(ruler.ticks())
        .extracting(Ruler.Tick::label)
        .containsExactly("0", "15", "30", "45", "60", "75", "90", "105", "120");
  }

  @Test
  void logAxisIsDividedInPowersOfTen() {
    Ruler ruler = Ruler.ofValues(Axis.log("rate", RATE), new double[] {103, 66_300}, 6);
    assertThat(ruler.ticks())
        .extracting(Ruler.Tick::label)
        .containsExactly("100", "1,000", "10,000", "100,000");
    assertThat(ruler.at(1_000)).isCloseTo(1 / 3.0, within(1e-9));
    assertThat(ruler.isBroken()).isFalse();
  }

  @Test
  void logAxisOfFewPowersHasTwoAndFiveAsWell() {
    Ruler ruler =
        Ruler.ofValues(Axis.log("latency", Unit.SECONDS), new double[] {0.0003, 0.004}, 6);
    assertThat(ruler.ticks())
        .extracting(tick -> tick.label().replace('\u00a0', ' '))
        .containsExactly("200 µs", "500 µs", "1 ms", "2 ms", "5 ms");
  }

  @Test
  void zeroOnALogAxisHasAPlaceOfItsOwnBelowTheSmallestPower() {
    Ruler ruler = Ruler.ofValues(Axis.log("rate", RATE), new double[] {0, 103, 66_300}, 6);
    assertThat(ruler.ticks().getFirst().label()).isEqualTo("0");
    assertThat(ruler.at(0)).isZero();
    assertThat(ruler.breakAt()).isBetween(0.01, ruler.at(100) - 0.01);
    assertThat(ruler.at(100_000)).isCloseTo(1, within(1e-9));
  }

  @Test
  void fewPlacesOnALogAxisAreItsDivisions() {
    Ruler ruler = Ruler.ofPlaces(Axis.log("clients", Unit.NONE), new double[] {1, 2, 4, 8, 2}, 10);
    assertThat(ruler.ticks()).extracting(Ruler.Tick::label).containsExactly("1", "2", "4", "8");
    assertThat(ruler.at(1)).isZero();
    assertThat(ruler.at(8)).isEqualTo(1);
  }

  @Test
  void countsAreNotDividedInFractions() {
    Ruler ruler = Ruler.ofPlaces(Axis.linear("clients", Unit.NONE), new double[] {1, 2, 4}, 10);
    assertThat(ruler.ticks()).extracting(Ruler.Tick::label).containsExactly("1", "2", "3", "4");
  }

  @Test
  void bytesAreDividedInPowersOfTwo() {
    Ruler ruler =
        Ruler.ofValues(Axis.linear("resident", Unit.BYTES), new double[] {3 * 1024.0 * 1024}, 6);
    assertThat(ruler.title()).isEqualTo("resident, MiB");
    assertThat(ruler.ticks())
        .extracting(Ruler.Tick::label)
        .containsExactly("0", "0.5", "1", "1.5", "2", "2.5", "3");
  }

  @Test
  void eachFurtherNineTakesTheSameWidthAndTheMaximumLiesBeyond() {
    Ruler ruler = Ruler.ofPercentiles(new double[] {0, 50, 90, 99, 99.9, 100});
    assertThat(ruler.ticks())
        .extracting(Ruler.Tick::label)
        .containsExactly("0", "50", "90", "99", "99.9", "max");
    double nine = ruler.at(90) - ruler.at(0);
    assertThat(ruler.at(99) - ruler.at(90)).isCloseTo(nine, within(1e-9));
    assertThat(ruler.at(99.9) - ruler.at(99)).isCloseTo(nine, within(1e-9));
    assertThat(ruler.at(99.9)).isLessThan(1);
    assertThat(ruler.at(100)).isEqualTo(1);
  }

  @Test
  void axisOfASinglePlaceOrOfNoneIsStillAnAxis() {
    double[][] cases = {{}, {0}, {5}, {-1e17}};
    for (double[] values : cases) {
      Ruler ruler = Ruler.ofPlaces(Axis.linear("x", Unit.NONE), values, 6);
      for (double value : values) {
        assertThat(ruler.at(value)).isCloseTo(0.5, within(1e-9));
      }
      assertThat(ruler.ticks()).isNotEmpty().hasSizeLessThan(20);
    }
    assertThat(Ruler.ofPlaces(Axis.log("x", Unit.NONE), new double[] {3}, 6).at(3)).isEqualTo(0.5);
    assertThat(Ruler.ofValues(Axis.log("x", Unit.NONE), new double[] {0}, 6).at(0)).isZero();
  }
}
