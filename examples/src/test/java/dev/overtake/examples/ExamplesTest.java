// SPDX-License-Identifier: Apache-2.0
package dev.overtake.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.overtake.server.Handlers;
import dev.overtake.server.TcpServer;
import java.io.IOException;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ExamplesTest {
  @Test
  void echoServerSendsBackWhatItGets() throws Exception {
    try (TcpServer server = EchoServer.start(0)) {
      assertThat(ask(server, "hello\n")).isEqualTo("hello\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sequential", "threads", "pool:2", "virtual"})
  void fibServerAnswersUnderEveryModel(String model) throws Exception {
    try (TcpServer server = FibServer.start(model, 0)) {
      assertThat(ask(server, "10\n")).isEqualTo("55\n");
      assertThat(ask(server, "20")).isEqualTo("6765\n");
    }
  }

  @Test
  void shoutIsFoundByName() throws Exception {
    ClassLoader loader = Shout.class.getClassLoader();
    try (TcpServer server =
        TcpServer.builder(Handlers.named("dev.overtake.examples.Shout", loader)).start()) {
      assertThat(ask(server, "hello\nyou")).isEqualTo("HELLO!\nYOU!\n");
    }
  }

  /** Sends all of it, then reads all of the answer. */
  private static String ask(TcpServer server, String request) throws IOException {
    try (Socket socket = new Socket(server.address().getAddress(), server.port())) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write(request.getBytes(UTF_8));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }
}
