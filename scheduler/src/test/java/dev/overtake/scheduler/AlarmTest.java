// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AlarmTest {
  private static final long QUANTUM = 1_000;
  private static final long DISTANCE = QUANTUM + QUANTUM / 4;
  private static final int CARRIER = 7;

  private final List<Long> timer = new ArrayList<>();
  private final Alarm alarm = new Alarm(timer::add, thread -> 100L * thread, QUANTUM);

  @Test
  void theFirstSliceSetsIt() {
    assertThat(alarm.set()).isFalse();
    alarm.sliceBegan(-5, CARRIER);
    assertThat(alarm.set()).isTrue();
    assertThat(timer).containsExactly(DISTANCE);
  }

  @Test
  void slicesThatFollowSoonLeaveItAlone() {
    alarm.sliceBegan(0, CARRIER);
    alarm.sliceBegan(100, CARRIER);
    alarm.sliceBegan(QUANTUM / 2 - 1, CARRIER);
    assertThat(timer).hasSize(1);
  }

  @Test
  void aSliceHalfAQuantumLaterPutsItOff() {
    alarm.sliceBegan(0, CARRIER);
    alarm.sliceBegan(QUANTUM / 2, CARRIER);
    alarm.sliceBegan(QUANTUM - 1, CARRIER);
    alarm.sliceBegan(QUANTUM, CARRIER);
    assertThat(timer).containsExactly(DISTANCE, DISTANCE, DISTANCE);
  }

  @Test
  void aQuantumLaterIsSoonEnoughWhileSlicesAreShort() {
    for (long now = 0; now <= 2 * QUANTUM; now += QUANTUM / 10) {
      alarm.sliceBegan(now, CARRIER);
    }
    assertThat(timer).containsExactly(DISTANCE, DISTANCE, DISTANCE);
    alarm.sliceBegan(2 * QUANTUM + QUANTUM / 2, CARRIER); // the slice before it was long
    assertThat(timer).hasSize(4);
  }

  @Test
  void afterALookTheNextSliceSetsItAnew() {
    alarm.sliceBegan(0, CARRIER);
    alarm.lookBegins();
    assertThat(alarm.set()).isFalse();
    alarm.sliceBegan(1, CARRIER);
    assertThat(alarm.set()).isTrue();
    assertThat(timer).hasSize(2);
  }

  @Test
  void aNewQuantumHoldsFromTheNextTimeOn() {
    alarm.sliceBegan(0, CARRIER);
    alarm.quantum(QUANTUM / 2);
    alarm.sliceBegan(QUANTUM / 4, CARRIER);
    assertThat(timer).containsExactly(DISTANCE, DISTANCE / 2);
  }

  @Test
  void itIsMarkedByWhomAndWhenItWasSet() {
    alarm.sliceBegan(3, CARRIER);
    alarm.sliceBegan(4, CARRIER + 1); // leaves it alone
    assertThat(alarm.mark()).isEqualTo(new Alarm.Mark(CARRIER, 3, 100L * CARRIER, 3 + DISTANCE));
  }
}
