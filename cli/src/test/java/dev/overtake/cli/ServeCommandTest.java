// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server as a process of its own: what it prints, answers, and how it ends. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD) // reads do not hear an interrupt
class ServeCommandTest {
  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void killWhatIsLeft() {
    started.forEach(Process::destroyForcibly);
  }

  @ParameterizedTest
  @ValueSource(strings = {"sequential", "threads", "pool:2", "virtual", "event-loop", "overtake"})
  void itSaysWhereItListensAndAnswersThere(String model) throws Exception {
    Process process = start("serve", "fib", "--model", model, "--port", "0");

    String ready = readLine(process);
    assertThat(ready)
        .matches(
            "listening on 127\\.0\\.0\\.1:[1-9][0-9]* handler=fib model="
                + model
                + " processes=1 compute=inline");
    try (Socket client = connect(ready)) {
      client.getOutputStream().write("10\n".getBytes(US_ASCII));
      assertThat(reader(client).readLine()).isEqualTo("55");
    }
    assertThatItEndsWell(process, "-TERM");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-INT", "-TERM"})
  void aSignalEndsItWithStatusZero(String signal) throws Exception {
    Process process = start("serve", "echo", "--port", "0");
    String ready = readLine(process);
    try (Socket client = connect(ready)) {
      client.getOutputStream().write("x\n".getBytes(US_ASCII));
      assertThat(reader(client).readLine()).isEqualTo("x");

      assertThatItEndsWell(process, signal);
      assertThat(reader(client).readLine()).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"threads:2", "processes:1", "threshold:15,processes:1"})
  void itComputesWhereItIsTold(String compute) throws Exception {
    Process process = start("serve", "fib", "--port", "0", "--compute", compute);

    String ready = readLine(process);
    assertThat(ready).endsWith(" processes=1 compute=" + compute);
    List<ProcessHandle> workers = process.children().toList();
    assertThat(workers).hasSize(compute.contains("processes") ? 1 : 0);
    try (Socket client = connect(ready)) {
      client.getOutputStream().write("10\n20\n".getBytes(US_ASCII));
      BufferedReader answers = reader(client);
      assertThat(answers.readLine()).isEqualTo("55");
      assertThat(answers.readLine()).isEqualTo("6765");
    }
    assertThatItEndsWell(process, "-TERM");
    assertThat(workers).noneMatch(ProcessHandle::isAlive);
  }

  @Test
  void inTheEndItTellsWhatItHasLearned() throws Exception {
    Process process = start("serve", "fib", "--port", "0", "--compute", "learned,threads:1");
    try (Socket client = connect(readLine(process))) {
      client.getOutputStream().write("7\n".getBytes(US_ASCII));
      assertThat(reader(client).readLine()).isEqualTo("13");
    }
    kill(process, "-TERM");

    assertThat(process.errorReader(UTF_8).lines())
        .anyMatch(line -> line.startsWith("learned: fib 7 to 7, "));
    assertThat(process.waitFor()).isZero();
  }

  @Test
  void quantumAndPinningAreTheModelOvertakesAlone() throws Exception {
    Process process = start("serve", "echo", "--port", "0", "--quantum", "500us", "--pinned");
    assertThat(readLine(process)).contains(" model=overtake ");
    Process refused = start("serve", "echo", "--model", "threads", "--quantum", "2ms");
    assertThat(refused.waitFor()).isEqualTo(2);
    assertThat(refused.errorReader(UTF_8).readLine())
        .contains("--quantum is for the model overtake: --model threads");
    Process unpinned = start("serve", "echo", "--model", "event-loop", "--pinned");
    assertThat(unpinned.waitFor()).isEqualTo(2);
    assertThat(unpinned.errorReader(UTF_8).readLine())
        .contains("--pinned is for the model overtake: --model event-loop");
  }

  @Test
  void aSecondSignalCutsTheGraceShort() throws Exception {
    Process process = start(Stay.class, "--grace", "1h");
    try (Socket client = connect(readLine(process))) {
      assertThat(reader(client).readLine()).isEqualTo("here");

      kill(process, "-TERM");
      assertThat(process.errorReader(UTF_8).readLine())
          .startsWith("stopping: connections may finish their requests for 3600.0 s: 1;");
      kill(process, "-TERM");

      assertThat(process.waitFor()).isEqualTo(130);
    }
  }

  @Test
  void whoeverStaysBeyondTheGraceIsCutOff() throws Exception {
    Process process = start(Stay.class, "--grace", "10ms");
    try (Socket client = connect(readLine(process))) {
      assertThat(reader(client).readLine()).isEqualTo("here");

      assertThatItEndsWell(process, "-TERM");
      assertThat(reader(client).readLine()).isNull();
    }
  }

  @Test
  void aHandlerOfTheUsersOwnIsFoundOnTheClassPath() throws Exception {
    Process process = start(Stay.class, "--grace", "0s");

    String ready = readLine(process);
    assertThat(ready).contains(" handler=" + Stay.class.getName() + " ");
    try (Socket client = connect(ready)) {
      assertThat(reader(client).readLine()).isEqualTo("here");
    }
    assertThatItEndsWell(process, "-TERM");
  }

  private Process start(Class<?> handler, String... options) throws Exception {
    Path classPath = Path.of(handler.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<String> arguments = new ArrayList<>(List.of("serve", handler.getName(), "--port", "0"));
    arguments.addAll(List.of("--class-path", classPath.toString()));
    arguments.addAll(List.of(options));
    return start(arguments.toArray(String[]::new));
  }

  private Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // As the launcher does: the event loops need both.
    command.add("--add-opens=java.base/java.lang=dev.overtake.scheduler");
    command.add("--enable-native-access=dev.overtake.scheduler");
    command.addAll(List.of("-p", System.getProperty("jdk.module.path")));
    command.addAll(List.of("-m", "dev.overtake.cli/dev.overtake.cli.Main"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).start();
    started.add(process);
    return process;
  }

  private static String readLine(Process process) throws IOException {
    String line = process.inputReader(UTF_8).readLine();
    return line != null ? line : fail("it ended: " + process.errorReader(UTF_8).readLine());
  }

  private static Socket connect(String ready) throws IOException {
    Matcher port = Pattern.compile(":([0-9]+) ").matcher(ready);
    assertThat(port.find()).isTrue();
    return new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(port.group(1)));
  }

  private static BufferedReader reader(Socket socket) throws IOException {
    return new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
  }

  private static void kill(Process process, String signal) throws Exception {
    int exitStatus =
        new ProcessBuilder("kill", signal, String.valueOf(process.pid())).start().waitFor();
    assertThat(exitStatus).isZero();
  }

  private static void assertThatItEndsWell(Process process, String signal) throws Exception {
    kill(process, signal);
    assertThat(process.waitFor()).isZero();
    assertThat(process.inputReader(UTF_8).readLine()).isNull();
  }
}
