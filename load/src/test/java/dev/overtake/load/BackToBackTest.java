// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackToBackTest {
  private static final Duration LENGTH = Duration.ofMillis(200);

  private static BackToBack load(Target target, int connections) {
    return load(target, connections, LENGTH);
  }

  private static BackToBack load(Target target, int connections, Duration length) {
    return new BackToBack(
        new Service(
            target, InetAddress.getLoopbackAddress(), AnswerEnd.with(new byte[] {'\n'}), null),
        Message.bytes("1\n".getBytes(StandardCharsets.US_ASCII)),
        connections,
        length);
  }

  @Test
  void everyRequestIsAccountedFor() throws Exception {
    try (var server = TestServer.answering(n -> "1")) {
      Interference.ShortRun run = load(server.target(), 3).run();

      assertThat(run.ok()).isPositive();
      assertThat(run.failed()).isZero();
      assertThat(run.ok() + run.unanswered()).isEqualTo(run.planned());
      assertThat(run.unanswered()).isBetween(0L, 3L);
      assertThat(run.seconds()).isGreaterThanOrEqualTo(0.2);
    }
  }

  @Test
  void nobodyThereIsAFailureOfEachRequestAndNotTheEnd() throws Exception {
    Interference.ShortRun run =
        Enough.until(r -> !r.failures().isEmpty(), d -> load(TestServer.nobody(), 1, d).run());

    assertThat(run.ok()).isZero();
    assertThat(run.failures()).containsOnlyKeys(Outcome.REFUSED);
  }

  @Test
  void interruptEndsIt() throws Exception {
    try (var server = TestServer.answering(n -> "1")) {
      Thread.currentThread().interrupt();
      assertThatExceptionOfType(InterruptedException.class)
          .isThrownBy(() -> load(server.target(), 1).run());
    }
  }

  @Test
  void refusesNumbersOutOfRange() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> load(new Target("localhost", 1), 0))
        .withMessageContaining("connections must be from 1 to 256: connections=0");
  }
}
