// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class InlineTest extends ComputeContract {
  @Override
  Compute compute() {
    return Compute.inline();
  }

  @Test
  void runsOnTheThreadThatAsks() throws Exception {
    Task<Thread> where = new Task<>("where", 0, Thread::currentThread);

    assertThat(compute().call(where)).isSameAs(Thread.currentThread());
    assertThat(compute().submit(where).resultNow()).isSameAs(Thread.currentThread());
  }

  @Test
  void anInterruptOfTheCallerIsTheCallers() {
    Task<Long> interrupted =
        new Task<>(
            "interrupted",
            0,
            () -> {
              throw new InterruptedException("of the caller");
            });

    assertThatThrownBy(() -> compute().call(interrupted))
        .isInstanceOf(InterruptedException.class)
        .hasMessage("of the caller");
  }
}
