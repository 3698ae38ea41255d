// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.overtake.lab.Placement;
import dev.overtake.lab.ServerProcess;
import dev.overtake.lab.Stage;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PeerTest {
  private final Stage stage = Stage.open(Placement.SHARED);

  @AfterAll
  void leaveNothingRunning() {
    stage.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bare",
        "sequential",
        "threads",
        "pool:2",
        "virtual",
        "event-loop",
        "overtake",
        "overtake:500us:nice-10:floor-0",
        "overtake@processes:1",
        "fallback",
        "netty",
        "netty-pool",
        "vertx"
      })
  void everyPeerAnswersRequestsHoweverPacketsCutThem(String spelling) throws Exception {
    Plan plan =
        new Plan(
            1,
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            List.of(),
            List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    try (ServerProcess server = new Bench(stage, plan).start(spelling);
        Socket client = new Socket(server.address().getAddress(), server.address().getPort());
        OutputStream requests = client.getOutputStream();
        BufferedReader answers =
            new BufferedReader(
                new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII))) {
      requests.write("1\n35\n1".getBytes(StandardCharsets.US_ASCII));
      assertThat(answers.readLine()).isEqualTo("1");
      assertThat(answers.readLine()).isEqualTo("9227465");
      requests.write("0\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(answers.readLine()).isEqualTo("55");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nety",
        "netty:0",
        "netty-pool:x",
        "vertx:2",
        "bare:1",
        "overtake:fast",
        "overtake:5",
        ""
      })
  void unknownPeerIsNamedWithTheChoices(String spelling) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Peer.parse(spelling))
        .withMessageStartingWith("model unknown: " + spelling + "; choose of sequential, ");
  }
}
