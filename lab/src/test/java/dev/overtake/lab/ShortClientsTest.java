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
  void sharesTheClientsOutAndAddsUpWhatEachThreadSaw() throws Exception {
    try (children;
        ServerProcess server =
            ServerProcess.start(
                children, List.of(), TinyServer.command(), Duration.ofSeconds(60))) {
      ShortClients.Run run = new ShortClients(server.target(), 5, 2, WARMUP, BRIEF).run();

      ShortClients.Result result = run.result();
      assertThat(result.connections()).isEqualTo(5);
      assertThat(result.generatorThreads()).isEqualTo(2);
      assertThat(result.latency().count()).isPositive();
      assertThat(result.requestsPerSecond()).isPositive();
      assertThat(run.failures()).isZero();
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
