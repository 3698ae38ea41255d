// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where there is no python3 these have nothing to look at; {@link LabTest} tests that case. */
class ReferenceServerTest {
  private static final Duration AMPLE = Duration.ofSeconds(60);

  private final boolean pythonThere = Programs.isThere("python3", "--version");

  @TempDir Path folder;

  @Test
  void answersIntegersHoweverTheyAreSent() throws Exception {
    if (pythonThere) {
      assertThat(answer("30", "fib")).isEqualTo("832040\n");
      assertThat(answer("1\n2\r\n\n10\n", "fib")).isEqualTo("1\n1\n55\n");
      assertThat(answer("4\n5\n6", "fib")).isEqualTo("3\n5\n");
    }
  }

  @Test
  void nonsenseGetsAnErrorLineAndTheConnectionLivesOn() throws Exception {
    if (pythonThere) {
      assertThat(answer("93\nten\n-1\n3\n", "fib", "--model", "sequential"))
          .isEqualTo(
              """
              error: n must be from 1 to 92
              error: not an integer
              error: n must be from 1 to 92
              2
              """);
    }
  }

  @Test
  void searchesNumbersForWhatIsNotThere() throws Exception {
    if (pythonThere) {
      assertThat(answer("1\n1000000\nten\n", "search"))
          .isEqualTo("no\nno\nerror: not an integer\n");
    }
  }

  @Test
  void echoesAndTellsItsSwitchInterval() throws Exception {
    if (pythonThere) {
      assertThat(answer("hello", "echo", "--switch-interval", "0.02")).isEqualTo("hello");
    }
  }

  @Test
  void computesInOtherProcessesAndLeavesNone() throws Exception {
    if (pythonThere) {
      assertThat(answer("30\n3\n", "fib", "--compute", "processes:2")).isEqualTo("832040\n2\n");
      assertThat(answer("16\n15\n", "fib", "--compute", "threshold:15,threads:1"))
          .isEqualTo("987\n610\n");
      try (ChildProcesses children = new ChildProcesses()) {
        assertThat(failure(children, command("fib", "--compute", "cloud")))
            .contains("--compute cloud: compute unknown: cloud; choose one of inline, ");
        List<ProcessHandle> workers;
        try (ServerProcess server =
            ServerProcess.start(
                children, List.of(), command("fib", "--compute", "processes:2"), AMPLE)) {
          workers = ProcessHandle.of(server.pid()).orElseThrow().descendants().toList();
          assertThat(workers).hasSize(2);
        }
        await().until(() -> workers.stream().noneMatch(ProcessHandle::isAlive));
      }
    }
  }

  @Test
  void forkedCopiesAnswerAndEndWithTheFirst() throws Exception {
    if (pythonThere) {
      List<ProcessHandle> copies;
      try (ChildProcesses children = new ChildProcesses();
          ServerProcess server =
              ServerProcess.start(
                  children,
                  List.of(),
                  command("fib", "--model", "sequential", "--processes", "3"),
                  AMPLE);
          Client first = new Client(server.address());
          Client second = new Client(server.address());
          Client third = new Client(server.address())) {
        assertThat(server.readyLine()).contains(" model=sequential processes=3 ");
        for (Client client : List.of(third, second, first)) {
          client.ask(10);
          assertThat(client.awaitAnswer(AMPLE)).isPresent();
        }
        copies = ProcessHandle.of(server.pid()).orElseThrow().children().toList();
        assertThat(copies).hasSize(3);
      }
      await().until(() -> copies.stream().noneMatch(ProcessHandle::isAlive));
    }
  }

  @Test
  void portThatIsTakenIsOneLineWithTheRemedy() throws Exception {
    if (pythonThere) {
      try (ChildProcesses children = new ChildProcesses();
          ServerProcess first = ServerProcess.start(children, List.of(), command("fib"), AMPLE)) {
        String port = Integer.toString(first.target().port());

        String said = failure(children, command("fib", "--port", port));

        assertThat(said)
            .contains("listener 127.0.0.1:" + port + ": cannot bind, Address already in use; ")
            .endsWith("pass another --port");
      }
    }
  }

  /** Sends it all at once, ends the sending, and reads to the end. */
  private String answer(String request, String... arguments)
      throws IOException, InterruptedException, ServerFailure {
    try (ChildProcesses children = new ChildProcesses();
        ServerProcess server = ServerProcess.start(children, List.of(), command(arguments), AMPLE);
        Socket socket = new Socket()) {
      socket.connect(server.address(), (int) AMPLE.toMillis());
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  private static String failure(ChildProcesses children, List<String> command)
      throws InterruptedException {
    try (ServerProcess unexpected = ServerProcess.start(children, List.of(), command, AMPLE)) {
      return unexpected.readyLine();
    } catch (ServerFailure expected) {
      return expected.why();
    }
  }

  private List<String> command(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add("python3");
    command.add(Lab.referenceServer(folder).toString());
    command.addAll(List.of(arguments));
    return command;
  }
}
