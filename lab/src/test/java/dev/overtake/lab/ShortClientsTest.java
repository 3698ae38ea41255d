// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.overtake.load.Target;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShortClientsTest {
  private static final Duration WARMUP = Duration.ofMillis(20);
  private static final Duration BRIEF = Duration.ofMillis(300);

  private final ChildProcesses children = new ChildProcesses();

  @Test
  void addsUpWhatEachThreadSawInEachTurn() throws Exception {
    try (children;
        ServerProcess server =
            ServerProcess.start(
                children, List.of(), TinyServer.command(), Duration.ofSeconds(60))) {
      ShortClients clients = new ShortClients(server.target(), 5, 2, WARMUP, BRIEF);

      ShortClients.Run one = clients.run();
      ShortClients.Run both = ShortClients.Run.of(List.of(one, clients.run()));

      assertThat(one.requestsPerSecond()).isPositive();
      assertThat(one.latencies().getTotalCount()).isPositive();
      assertThat(both.latencies().getTotalCount()).isGreaterThan(one.latencies().getTotalCount());
      assertThat(both.failures()).isZero();
    }
    assertThat(children.living()).isZero();
  }

  @Test
  void nobodyThereIsAnErrorThatNamesTheTarget() {
    Target nobody = new Target("127.0.0.1", 1);

    assertThatIOException()
        .isThrownBy(() -> new ShortClients(nobody, 2, 2, WARMUP, BRIEF).run())
        .withMessageContaining("127.0.0.1:1");
  }
}
