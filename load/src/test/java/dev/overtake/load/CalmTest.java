// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CalmTest {
  private final Calm calm = new Calm(10, 3);

  private void ok(int number, long due, long latency) {
    calm.decided(number, due, due + latency, Outcome.OK);
  }

  @Test
  void calmBeginsWithTheFirstOfEnoughQuickAnswers() {
    ok(0, 100, 50);
    ok(1, 110, 5);
    ok(2, 120, 10);
    assertThat(calm.isReached()).isFalse();
    ok(3, 130, 1);

    assertThat(calm.isReached()).isTrue();
    assertThat(calm.sinceNanos()).isEqualTo(110);
  }

  @Test
  void aSlowAnswerAmongQuickOnesBeginsTheCountAgain() {
    ok(0, 100, 1);
    ok(1, 110, 1);
    ok(2, 120, 11);
    ok(3, 130, 1);
    ok(4, 140, 1);
    assertThat(calm.isReached()).isFalse();
    ok(5, 150, 1);

    assertThat(calm.sinceNanos()).isEqualTo(130);
  }

  @Test
  void aFailureIsNotCalmHoweverQuick() {
    ok(0, 100, 1);
    calm.decided(1, 110, 111, Outcome.REFUSED);
    ok(2, 120, 1);
    ok(3, 130, 1);

    assertThat(calm.isReached()).isFalse();
  }

  @Test
  void answersInAnotherOrderWaitForTheOneThatIsMissing() {
    ok(1, 110, 1);
    ok(2, 120, 1);
    ok(3, 130, 1);
    assertThat(calm.isReached()).isFalse();
    ok(0, 100, 1);

    assertThat(calm.isReached()).isTrue();
    assertThat(calm.sinceNanos()).isEqualTo(100);
  }
}
