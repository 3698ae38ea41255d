// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.overtake.load.Interference;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class EffectiveQuantumTest {
  private static final Histogram CALM = Measured.between(0.1, 0.3, 200);

  private static EffectiveQuantum beside(Histogram delayed, double... longMillis) {
    Interference.LongRun longRun = Measured.longRun(longMillis);
    return EffectiveQuantum.of(
        List.of(
            Measured.level(0, CALM, Measured.longRun(), null),
            Measured.level(1, CALM, longRun, 0.0),
            Measured.level(2, delayed, longRun, 0.0)));
  }

  @Test
  void delaysThatAreAllAlikeAreOneQuantumEach() {
    EffectiveQuantum quantum = beside(Measured.between(5.1, 5.4, 100), 300);

    assertThat(quantum.kind()).isEqualTo(EffectiveQuantum.Kind.SEEN);
    assertThat(quantum.millis()).isCloseTo(5, within(0.3));
    assertThat(quantum.longOnes()).isEqualTo(2);
    assertThat(quantum.sentence()).contains("about 5").contains("100 of 100");
  }

  @Test
  void delaysThatAreAlikeButForDisturbancesAreStillOneQuantum() {
    Histogram disturbed = Measured.between(5.1, 5.4, 70);
    disturbed.add(Measured.between(5.4, 20, 30));

    EffectiveQuantum quantum = beside(disturbed, 300);

    assertThat(quantum.millis()).isCloseTo(5, within(0.3));
    assertThat(quantum.sentence()).contains("about 5").doesNotContain("up to about");
  }

  @Test
  void delaysSpreadEvenlyAreTheRestOfAQuantum() {
    EffectiveQuantum quantum = beside(Measured.between(0.2, 10.2, 100), 300);

    assertThat(quantum.kind()).isEqualTo(EffectiveQuantum.Kind.SEEN);
    assertThat(quantum.millis()).isCloseTo(9, within(0.6));
    assertThat(quantum.sentence()).contains("up to about");
  }

  @Test
  void delaysAsLongAsTheLongRequestAreNoQuantum() {
    EffectiveQuantum quantum = beside(Measured.between(1, 300, 50), 300);

    assertThat(quantum.kind()).isEqualTo(EffectiveQuantum.Kind.UNTIL_DONE);
    assertThat(quantum.millis()).isNaN();
    assertThat(quantum.sentence()).contains("wait until a long one is done");
  }

  @Test
  void aFewDelaysAreNone() {
    Histogram few = CALM.copy();
    few.recordValue(20_000_000);

    assertThat(beside(few, 300).kind()).isEqualTo(EffectiveQuantum.Kind.NONE);
    assertThat(beside(few, 300).sentence()).startsWith("No effective quantum seen");
  }

  @Test
  void fewerThanTenDelaysAreChanceUnlessTheyLastAsLongAsTheLongRequest() {
    assertThat(beside(Measured.millis(5, 5.1, 5.2), 300).kind())
        .isEqualTo(EffectiveQuantum.Kind.NONE);
    assertThat(beside(Measured.millis(200, 250, 310), 300).kind())
        .isEqualTo(EffectiveQuantum.Kind.UNTIL_DONE);
  }

  @Test
  void aLongRequestThatIsShortDoesNotTell() {
    EffectiveQuantum quantum = beside(Measured.between(5, 5.5, 100), 8);

    assertThat(quantum.kind()).isEqualTo(EffectiveQuantum.Kind.UNKNOWN);
    assertThat(quantum.sentence()).contains("takes only 8");
  }

  @Test
  void noAnswerWhileCalmDoesNotTell() {
    Histogram none = new Histogram(3);
    EffectiveQuantum quantum =
        EffectiveQuantum.of(
            List.of(
                Measured.level(0, none, Measured.longRun(), null),
                Measured.level(1, none, Measured.longRun(), null)));

    assertThat(quantum.kind()).isEqualTo(EffectiveQuantum.Kind.UNKNOWN);
  }
}
