// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overtake.server.Model;
import dev.overtake.server.TcpServer;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecursionHandlerTest {
  private static final Duration AMPLE = Duration.ofSeconds(30);

  @ParameterizedTest
  @ValueSource(strings = {"threads", "virtual", "event-loop"})
  void requestThatOverflowsTheStackCostsItselfOnly(String model) throws Exception {
    try (TcpServer server =
            TcpServer.builder(new RecursionHandler()).model(Model.parse(model)).port(0).start();
        Client bystander = new Client(server.address());
        Client reckless = new Client(server.address())) {
      assertThat(answer(bystander, 10)).isEqualTo("10");

      assertThat(overflow(reckless))
          .isEqualTo("the server closed the connection instead of answering");

      assertThat(answer(bystander, 20)).isEqualTo("20");
      assertThat(Integer.parseInt(answer(bystander, 0))).isGreaterThan(1_000);
    }
  }

  private static String answer(Client client, int n) throws IOException {
    client.ask(n);
    assertThat(client.awaitAnswer(AMPLE)).isPresent();
    return client.answer();
  }

  private static String overflow(Client client) throws IOException {
    client.ask(1_000_000_000);
    try {
      return "answered: " + client.awaitAnswer(AMPLE);
    } catch (IOException closed) {
      return String.valueOf(closed.getMessage());
    }
  }
}
