// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServerProcessTest {
  private static final List<String> NO_STARTER = List.of();
  private static final Duration AMPLE = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(300);

  private final ChildProcesses children = new ChildProcesses();

  @AfterEach
  void endChildren() {
    children.close();
    assertThat(children.living()).isZero();
  }

  @Test
  void whatItSaysWhenItIsToldToEndIsHeard() throws Exception {
    String program =
        "trap 'echo learned: all >&2; exit 0' TERM;"
            + " echo listening on 127.0.0.1:1; while :; do sleep 0.05; done";
    ServerProcess ended;
    try (ServerProcess server =
        ServerProcess.start(
            children, List.of(), List.of("sh", "-c", program), Duration.ofSeconds(60))) {
      ended = server;
    }
    assertThat(ended.lastLines()).contains("learned: all");
  }

  @Test
  void tellsWhereTheServerListensAndWhatItUses() throws Exception {
    try (ServerProcess server =
            ServerProcess.start(children, NO_STARTER, TinyServer.command(), AMPLE);
        Client client = new Client(server.address())) {
      client.ask(10);

      assertThat(client.awaitAnswer(AMPLE)).isPresent();
      assertThat(server.readyLine()).endsWith("handler=fib");
      assertThat(server.target().port()).isEqualTo(server.address().getPort());
      assertThat(children.living()).isOne();
      if (Files.isDirectory(Path.of("/proc/self"))) {
        assertThat(server.residentBytes().orElseThrow()).isGreaterThan(1_000_000);
        assertThat(server.cpuTime()).isPositive();
      }
    }
  }

  @Test
  void closingEndsTheServerAndMayBeRepeated() throws Exception {
    ServerProcess server = ServerProcess.start(children, NO_STARTER, TinyServer.command(), AMPLE);

    server.close();
    server.close();

    assertThat(server.died()).isTrue();
  }

  @Test
  void serverThatDiesBeforeItListensIsQuotedWithItsLastWords() {
    assertFails(TinyServer.command(TinyServer.DIES), AMPLE)
        .withMessageContaining("ended with exit code 1")
        .withMessageContaining("IllegalStateException: no luck today");
  }

  @Test
  void commandThatDoesNotExistIsNamed() {
    assertFails(List.of("no-such-program-here", "serve"), AMPLE)
        .withMessage("cannot start no-such-program-here: there is no such program");
  }

  @Test
  void serverThatSaysNothingIsGivenUp() {
    assertFails(TinyServer.command(TinyServer.SILENT), SHORT)
        .withMessageContaining("does not listen after 300 ms");
  }

  @Test
  void serverThatSaysSomethingElseIsQuoted() {
    assertFails(TinyServer.command(TinyServer.BABBLES), AMPLE)
        .withMessageContaining("said \"good morning\" instead of \"listening on HOST:PORT\"");
  }

  @Test
  void lastWordsOfADeadServerAreKept() throws Exception {
    List<String> command = TinyServer.command(TinyServer.DIES_UNDER_LOAD);
    try (ServerProcess server = ServerProcess.start(children, NO_STARTER, command, AMPLE);
        Client client = new Client(server.address())) {
      client.ask(30);

      assertThatExceptionOfType(IOException.class).isThrownBy(() -> client.awaitAnswer(AMPLE));
      assertThat(server.died()).isTrue();
      assertThat(server.lastWords()).isEqualTo("out of luck: n=30");
    }
  }

  private ThrowableAssertAlternative<ServerFailure> assertFails(
      List<String> command, Duration within) {
    return assertThatExceptionOfType(ServerFailure.class)
        .isThrownBy(() -> ServerProcess.start(children, NO_STARTER, command, within));
  }
}
