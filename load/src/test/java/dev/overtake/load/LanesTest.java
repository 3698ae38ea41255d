// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LanesTest {
  private static final Message ONE = Message.bytes("1\n".getBytes(StandardCharsets.US_ASCII));
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @Test
  void aLaneGivenUpWhileItConnectsServesItsNextRequestAlone() throws Exception {
    List<Outcome> outcomes = new ArrayList<>();
    try (var server = TestServer.answering(n -> "1");
        var lanes =
            new Lanes(
                new Service(
                    server.target(),
                    InetAddress.getLoopbackAddress(),
                    AnswerEnd.with(new byte[] {'\n'}),
                    null))) {
      Lanes.Lane lane = lanes.lanes(1, (_, outcome, _) -> outcomes.add(outcome)).getFirst();
      lane.ask(ONE, System.nanoTime(), PATIENCE);
      lane.abandon();
      lane.ask(ONE, System.nanoTime(), PATIENCE);
      while (lane.carries()) {
        lanes.poll(System.nanoTime() + PATIENCE.toNanos());
      }

      assertThat(outcomes).containsExactly(Outcome.OK);
      assertThat(lanes.reasons()).isEmpty();
    }
  }
}
