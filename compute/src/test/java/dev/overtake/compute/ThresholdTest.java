// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class ThresholdTest extends ComputeContract {
  private static final Compute shared = Compute.parse("threshold:15,threads:2");

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
  void runsInlineUpToTheLimitAndElsewhereAboveIt() throws Exception {
    assertThat(compute().call(new Task<>("where", 15, Thread::currentThread)))
        .isSameAs(Thread.currentThread());
    assertThat(compute().call(new Task<>("where", 16, Thread::currentThread)).getName())
        .startsWith("compute-");
  }
}
