// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlannedQueueTest {
  @Test
  void whatIsPlannedFirstComesFirstThoughItGrowsWhileWrappedAround() {
    var queue = new PlannedQueue(1 << 13);
    for (int i = 0; i < 1_000; i++) {
      queue.add(i % 3, i);
    }
    for (int i = 0; i < 900; i++) {
      queue.remove();
    }
    for (int i = 1_000; i < 6_000; i++) {
      assertThat(queue.add(i % 3, i)).isTrue();
    }

    var visited = new ArrayList<Long>();
    queue.forEach((kind, planned) -> visited.add(planned));
    assertThat(visited).hasSize(5_100).isSorted();
    for (int i = 900; i < 6_000; i++) {
      assertThat(List.of(queue.plannedNanos(), (long) queue.kind()))
          .isEqualTo(List.of((long) i, i % 3L));
      queue.remove();
    }
    assertThat(queue.size()).isZero();
  }

  @Test
  void aFullQueueTakesNoMore() {
    var queue = new PlannedQueue(1 << 10);
    for (int i = 0; i < 1 << 10; i++) {
      assertThat(queue.add(0, i)).isTrue();
    }

    assertThat(queue.add(0, 9_999)).isFalse();

    assertThat(queue.size()).isEqualTo(1 << 10);
    assertThat(queue.plannedNanos()).isZero();
  }
}
