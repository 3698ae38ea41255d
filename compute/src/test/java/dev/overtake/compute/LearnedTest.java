// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract of every compute, kept by one that learns; and what it does with a real pool. */
final class LearnedTest extends ComputeContract {
  private static final Compute shared = Compute.parse("learned,threads:2");

  @BeforeAll
  static void start() throws Exception {
    shared.start();
  }

  @AfterAll
  static void close() {
    shared.close();
  }

  @Override
  Compute compute() {
    return shared;
  }

  @Test
  void tellsWhatItBelieves() throws Exception {
    try (Compute learned = Compute.parse("threshold:3,learned,threads:1")) {
      learned.start();
      learned.call(square(5));
      learned.submit(square(100)).get();

      assertThat(learned.beliefs())
          .satisfiesExactly(
              five -> {
                assertThat(five.kind()).isEqualTo("square");
                assertThat(five.leastHint()).isEqualTo(5);
                assertThat(five.greatestHint()).isEqualTo(5);
                assertThat(five.costNanos()).isNotNegative();
                assertThat(five.tripNanos()).isPositive();
                assertThat(five.travels()).isTrue();
                assertThat(five.since()).isNotNull();
              },
              hundred -> {
                assertThat(hundred.leastHint()).isEqualTo(96);
                assertThat(hundred.greatestHint()).isEqualTo(103);
              });
    }
  }

  @Test
  void runsHereWhatNobodyElsewhereTakes() throws Exception {
    Object unserializable = new Object();
    try (Compute learned = new Learned(new Processes(1, ProcessPool.builder().cache(null)))) {
      learned.start();
      assertThat(learned.call(new Task<>("here", 1, () -> unserializable)))
          .isSameAs(unserializable);
      assertThat(learned.submit(new Task<>("here", 2, () -> unserializable)).get())
          .isSameAs(unserializable);
    }
  }

  @Test
  void takesNothingOnceItIsClosed() {
    Compute learned = Compute.parse("learned,threads:1");
    learned.close();

    assertThatThrownBy(() -> learned.call(square(1)))
        .isInstanceOf(RejectedExecutionException.class)
        .hasMessage("learned,threads:1: closed; task square(1) is not taken");
  }
}
