// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OvertakeTest {
  @ParameterizedTest
  @ValueSource(strings = {"", "serve", "perf1", "perf2", "lab", "compare"})
  void helpShowsAnExample(String command) {
    Outcome outcome = command.isEmpty() ? Outcome.of("--help") : Outcome.of(command, "--help");

    assertThat(outcome.exitStatus()).isZero();
    assertThat(outcome.out()).contains("Example: ").contains("\n  overtake ");
    assertThat(outcome.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"overtake", "serve"})
  void versionNamesOursAndTheJvms(String command) {
    Outcome outcome =
        command.equals("overtake") ? Outcome.of("--version") : Outcome.of(command, "--version");

    assertThat(outcome.exitStatus()).isZero();
    assertThat(outcome.out()).startsWith("overtake ").contains("JDK 25");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "                              | no command given",
        "srve                          | 'srve'; did you mean serve",
        "perf1 --prot=1                | Unknown option: '--prot=1'",
        "perf1 --n                     | Missing required parameter for option '--n'",
        "perf1 --n x                   | 'x' is not an int",
        "perf1 --n -3                  | n must be from 1 to 92: n=-3",
        "perf1 --n 93                  | n must be from 1 to 92: n=93",
        "perf1 --clients 0             | clients must be from 1 to 10000: clients=0",
        "perf1 --seconds 0             | duration must be from 0.1 to 3600 s: duration=0 s",
        "perf1 --seconds soon          | 'soon' is not a duration",
        "perf1 --port 70000            | port must be from 1 to 65535: port=70000",
        "perf1 --host=                 | host must not be blank: host=''",
        "perf1 --json=maybe            | 'maybe' is not a boolean",
        "perf1 --json result.json      | Unmatched argument at index 2: 'result.json'",
        "perf2 --connections 0         | connections must be from 1 to 10000: connections=0",
        "perf2 --hogs -1               | hogs must be from 0 to 10000: hogs=-1",
        "perf2 --hogs 1 --hog-n 93     | hogN must be from 1 to 92: hogN=93",
        "perf2 --hog-n many            | --hog-n must be a number or auto: 'many'",
        "perf2 --hog-length 0s         | --hog-length: wanted must be from 0.001 to 3600 s: wanted=0 s",
        "perf2 --seconds 0.01          | --seconds: calm must be from 0.1 to 3600 s: calm=0.01 s",
        "serve                         | Missing required parameter: 'HANDLER'",
        "serve fob                     | handler unknown: fob; choose one of echo, fib, countdown",
        "serve fib --model green       | model unknown: green; choose one of sequential, threads",
        "serve fib --model pool:0      | pool:0",
        "serve fib --processes 0       | processes must be from 1 to 256: processes=0",
        "serve fib --processes -2      | processes must be from 1 to 256: processes=-2",
        "serve fib --processes 257     | processes must be from 1 to 256: processes=257",
        "serve fib --replace-hung 99ms | --replace-hung: replaceHung must be at least 1 s: replaceHung=0.099 s",
        "serve fib --compute cloud     | compute unknown: cloud; choose one of inline, threads:N",
        "serve fib --compute threads:0 | compute threads takes a number from 1 to 10000: threads:0",
        "serve fib --compute processes:-2 | compute processes takes a number from 1 to 256: processes:-2",
        "serve fib --compute learned   | compute learned needs another one for what leaves",
        "serve fib --compute threshold:x,threads:2 | compute threshold takes a hint from 0 to",
        "serve fib --port -1           | port must be from 0 to 65535: port=-1",
        "serve fib --backlog 0         | backlog must be at least 1: backlog=0",
        "serve fib --grace soon        | 'soon' is not a duration",
        "serve Mine --class-path none  | none",
        "serve fib --compute cluster:colour=red | compute cluster has no setting colour=red",
        "serve fib --compute cluster:bind=0.0.0.0 | 0.0.0.0 is no address to be called by",
        "worker --port 70000           | port must be from 0 to 65535: --port 70000",
        "worker --bind 192.0.2.1       | whoever reaches 192.0.2.1 could have anything computed; name a key",
        "worker --join 127.0.0.1:x     | cluster: no address: '127.0.0.1:x'",
        "worker --key no-such-key      | cluster key no-such-key: can't be read",
        "worker --tasks 0              | tasks must be from 1 to 10000: tasks=0",
        "worker --class-path none      | class path: no readable folder or jar: none",
        "lab dreams --python none      | experiment \"dreams\" is unknown; there are single, perf1",
        "lab --placement moon          | placement \"moon\" is unknown",
        "lab --models green            | model unknown: green",
        "compare                       | Missing required parameters: 'RUN', 'RUN'",
        "compare no-run no-run         | run no-run: there is no such directory; name one that",
        "compare src src               | run src: there is no results.json in it",
      })
  void misuseIsOneLineWithTheValue(String arguments, String words) {
    Outcome outcome = Outcome.of(arguments == null ? new String[0] : arguments.split(" "));

    assertThat(outcome.exitStatus()).isEqualTo(2);
    assertThat(outcome.err()).startsWith("overtake").contains(words).hasLineCount(1);
    assertThat(outcome.out()).isEmpty();
  }

  @Test
  void debugShowsWhereAnErrorComesFrom() {
    Outcome outcome = Outcome.of("perf1", "--clients", "0", "--debug");

    assertThat(outcome.exitStatus()).isEqualTo(2);
    assertThat(outcome.err()).contains("clients=0").contains("\tat dev.overtake.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"perf1", "perf2", "perf2 --hogs 1"})
  void nobodyAtTheTargetIsExitStatusFive(String command) throws IOException {
    int port = freePort();
    Outcome outcome = Outcome.of((command + " --port " + port).split(" "));

    assertThat(outcome.exitStatus()).isEqualTo(5);
    assertThat(outcome.err())
        .contains("127.0.0.1:" + port + ": cannot connect, connection refused")
        .hasLineCount(1);
    assertThat(outcome.out()).isEmpty();
  }

  @Test
  void aTakenPortIsOneLineWithThePort() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Outcome outcome = Outcome.of("serve", "fib", "--port", String.valueOf(other.getLocalPort()));

      assertThat(outcome.exitStatus()).isEqualTo(1);
      assertThat(outcome.err())
          .contains("127.0.0.1:" + other.getLocalPort())
          .contains("choose another host or port")
          .hasLineCount(1);
      assertThat(outcome.out()).isEmpty();
    }
  }

  @Test
  void aReportDirectoryThatCannotBeWrittenIsOneLineWithItsName(@TempDir Path folder)
      throws IOException {
    Path file = Files.createFile(folder.resolve("file"));

    Outcome outcome = Outcome.of("lab", "--quick", "--out", file.toString());

    assertThat(outcome.exitStatus()).isEqualTo(1);
    assertThat(outcome.err())
        .contains("run directory " + file + ": cannot be written")
        .contains("--out")
        .hasLineCount(1);
    assertThat(outcome.out()).isEmpty();
  }

  @Test
  void theLabListsItsExperimentsAndRunsNone() {
    Outcome outcome = Outcome.of("lab", "--list");

    assertThat(outcome.exitStatus()).isZero();
    assertThat(outcome.out()).contains("single ", "perf1 ", "perf2 ");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
