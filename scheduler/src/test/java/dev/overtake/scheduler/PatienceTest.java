// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PatienceTest {
  private static final long QUANTUM = 1_000_000;

  private final Patience patience = new Patience(QUANTUM);

  @Test
  void isAQuantumWhereNothingIsKnown() {
    assertThat(patience.nanos()).isEqualTo(QUANTUM);
  }

  @Test
  void growsByHalfOfTheWatchdogsLatenessAndAtMostByAQuantum() {
    for (int i = 0; i < 100; i++) {
      patience.ranLate(600_000);
    }
    assertThat(patience.nanos()).isBetween(QUANTUM + 299_000, QUANTUM + 300_000);

    for (int i = 0; i < 100; i++) {
      patience.ranLate(50_000_000);
    }
    assertThat(patience.nanos()).isEqualTo(2 * QUANTUM);
  }

  @Test
  void growsByAQuarterOfAQuantumWhereAllHandoffsAreFalseAlarms() {
    patience.handedOff(16, 16);

    assertThat(patience.nanos()).isEqualTo(QUANTUM + QUANTUM / 4);
  }

  @Test
  void growsInProportionToFalseAlarms() {
    patience.handedOff(20, 5);

    assertThat(patience.nanos()).isEqualTo(QUANTUM + QUANTUM / 16);
  }

  @Test
  void learnsNothingFromAFewHandoffs() {
    patience.handedOff(15, 15);

    assertThat(patience.nanos()).isEqualTo(QUANTUM);
  }

  @Test
  void shrinksAgainWhenSlicesOverstayForLong() {
    patience.handedOff(16, 16);
    patience.handedOff(32, 16);

    assertThat(patience.nanos()).isEqualTo(QUANTUM);
  }

  @Test
  void staysWithinAQuarterWhenAlarmsOfEarlierHandoffsAreCountedLate() {
    patience.handedOff(16, 0);
    patience.handedOff(32, 30);

    assertThat(patience.nanos()).isEqualTo(QUANTUM + QUANTUM / 4);
  }

  @Test
  void isFourQuantaWhereAllAreAlikeAndMostEndSoon() {
    patience.ran(64, 49, 16, 9);

    assertThat(patience.nanos()).isEqualTo(4 * QUANTUM);
    assertThat(patience.quantaNanos()).isEqualTo(4 * QUANTUM);
  }

  @Test
  void isAQuantumWhereAQuarterIsShort() {
    patience.ran(64, 48, 16, 16);

    assertThat(patience.nanos()).isEqualTo(QUANTUM);
  }

  @Test
  void isAQuantumWhereHalfGoOnForLonger() {
    patience.ran(64, 64, 16, 8);

    assertThat(patience.nanos()).isEqualTo(QUANTUM);
  }

  @Test
  void staysAtFourQuantaForAFewShortOnesAndNotForMany() {
    patience.ran(64, 64, 16, 16);
    patience.ran(128, 64 + 33, 16, 16);
    assertThat(patience.nanos()).isEqualTo(4 * QUANTUM);

    patience.ran(192, 64 + 33 + 32, 16, 16);
    assertThat(patience.nanos()).isEqualTo(QUANTUM);
  }
}
