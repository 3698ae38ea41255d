// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several processes on one port, with real processes. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD) // reads do not hear an interrupt
class PreforkTest {
  private static final Duration HANG_GUARD = Duration.ofSeconds(40);

  private final List<ProcessHandle> seen = new ArrayList<>();
  private final List<Socket> sockets = new ArrayList<>();

  @TempDir private Path folder;
  private @Nullable Process supervisor;
  private BufferedReader output = new BufferedReader(InputStreamReader.nullReader());
  private int port;

  @AfterEach
  void nobodyIsLeft() throws Exception {
    for (Socket socket : sockets) {
      socket.close();
    }
    Process started = supervisor();
    started.descendants().forEach(seen::add);
    started.destroyForcibly().waitFor();
    await().atMost(HANG_GUARD).until(() -> seen.stream().noneMatch(ProcessHandle::isAlive));
  }

  @ParameterizedTest
  @ValueSource(strings = {"sequential", "threads", "pool:2", "virtual", "event-loop", "overtake"})
  void allProcessesAcceptUnderEveryModel(String model) throws Exception {
    assertThat(start("fib", "--model", model, "--processes", "2"))
        .matches(
            "listening on 127\\.0\\.0\\.1:\\d+ handler=fib model=%s processes=2 compute=inline"
                .formatted(model));
    assertThat(children()).hasSize(2);
    for (int i = 0; i < 8; i++) {
      assertThat(ask(connect(), "10")).isEqualTo("55");
      sockets.removeLast().close();
    }

    // As from a terminal: everybody gets it, and the supervisor decides.
    for (ProcessHandle child : children()) {
      signal(child.pid(), "INT");
    }
    signal(supervisor().pid(), "INT");

    assertThat(supervisor().waitFor()).isZero();
    assertThat(output.readLine()).isNull();
    // A child may not have heard yet that a connection was closed.
    assertThat(errors()).allMatch(line -> line.startsWith("stopping: connections may finish"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"sequential", "pool:1"})
  void aBusyChildIsGivenNoConnection(String model) throws Exception {
    start("fib", "--model", model, "--processes", "3");
    Socket first = connect();
    Socket second = connect();
    assertThat(ask(first, "10")).isEqualTo("55");
    assertThat(ask(second, "10")).isEqualTo("55");

    for (int i = 0; i < 20; i++) { // each would wait for ever in a busy one's hands
      assertThat(ask(connect(), "20")).isEqualTo("6765");
      sockets.removeLast().close();
    }
    Socket third = connect();
    assertThat(ask(third, "10")).isEqualTo("55");
    Socket waiting = connect();
    second.close();
    assertThat(ask(waiting, "11")).isEqualTo("89");
  }

  @Test
  void aChildThatDiesIsReplacedAndToldOf() throws Exception {
    start("fib", "--model", "sequential", "--processes", "2");
    ProcessHandle victim = children().getFirst();

    victim.destroyForcibly();

    awaitError("(process %d) was ended by signal 9, exit status 137".formatted(victim.pid()));
    awaitOthersThan(List.of(victim), 2);
    assertThat(ask(connect(), "10")).isEqualTo("55");
    assertThat(ask(connect(), "10")).isEqualTo("55");
    assertThat(errors()).hasSize(1);
  }

  @Test
  void aChildThatHangsIsReplacedIfAsked() throws Exception {
    start("fib", "--model", "sequential", "--processes", "2", "--replace-hung", "1500ms");
    ProcessHandle victim = children().getFirst();

    signal(victim.pid(), "STOP");

    awaitError("(process %d) has not been heard of for 1.5 s; killing it".formatted(victim.pid()));
    awaitOthersThan(List.of(victim), 2);
    assertThat(ask(connect(), "10")).isEqualTo("55");
    assertThat(ask(connect(), "10")).isEqualTo("55");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sequential", "threads", "overtake"})
  void aHangUpReplacesAllAndCostsNoConnection(String model) throws Exception {
    start("fib", "--model", model, "--processes", "2");
    List<ProcessHandle> old = children();
    AtomicBoolean enough = new AtomicBoolean();
    AtomicInteger answered = new AtomicInteger();
    List<FutureTask<?>> clients = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      FutureTask<?> client =
          new FutureTask<>(() -> {
            while (!enough.get()) {
              try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                assertThat(ask(socket, "10")).isEqualTo("55");
                answered.incrementAndGet();
              }
            }
            return null;
          });
      clients.add(client);
      Thread.ofPlatform().name("client-" + i).start(client);
    }

    signal(supervisor().pid(), "HUP");
    awaitError("restarting the children one by one");
    awaitError("restarted");
    int before = answered.get();
    await().atMost(HANG_GUARD).until(() -> answered.get() > before + 100);
    enough.set(true);

    for (FutureTask<?> client : clients) {
      client.get(); // throws if one connection was refused, reset or not answered
    }
    assertThat(old).noneMatch(ProcessHandle::isAlive);
    assertThat(children()).hasSize(2);
    assertThat(errors()).hasSize(2);
  }

  @Test
  void childrenEndWithTheirSupervisorHoweverItEnds() throws Exception {
    start("fib", "--model", "overtake", "--processes", "2");
    Socket client = connect();
    assertThat(ask(client, "10")).isEqualTo("55");
    List<ProcessHandle> children = children();

    supervisor().destroyForcibly();

    await().atMost(HANG_GUARD).until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
    assertThat(client.getInputStream().read()).isEqualTo(-1);
  }

  @Test
  void aStopDrainsAll() throws Exception {
    start(Begin.class, "--processes", "2");
    Socket client = connect();
    assertThat(ask(client, "x")).isEqualTo("begun");
    assertThat(output.readLine()).isEqualTo("began"); // a child prints where its supervisor does

    signal(supervisor().pid(), "TERM");

    assertThat(readLine(client)).isEqualTo("9227465");
    assertThat(client.getInputStream().read()).isEqualTo(-1);
    assertThat(supervisor().waitFor()).isZero();
  }

  @Test
  void aSecondSignalEndsAllAtOnce() throws Exception {
    start(Stay.class, "--processes", "2", "--grace", "1h");
    assertThat(readLine(connect())).isEqualTo("here");

    signal(supervisor().pid(), "TERM");
    awaitError("stopping: connections may finish");
    signal(supervisor().pid(), "TERM");

    assertThat(supervisor().waitFor()).isEqualTo(130);
  }

  @Test
  void aChildThatCannotStartEndsAllInOneLine() throws Exception {
    assertThat(start(Childless.class, "--processes", "3")).isNull();

    assertThat(supervisor().waitFor()).isEqualTo(1);
    awaitError("ended with exit status 2 before it accepted anybody");
    assertThat(errors()).anyMatch(line -> line.contains("not in a child"));
  }

  @Test
  void aSystemWithoutSharedSocketsIsMisuseInOneLine() throws Exception {
    assertThat(startJava(List.of("-Dovertake.portable=true"), "fib", "--processes", "2")).isNull();

    assertThat(supervisor().waitFor()).isEqualTo(2);
    awaitError("--processes 2: sharing a socket needs Linux");
  }

  private @Nullable String start(Class<?> handler, String... options) throws Exception {
    Path classPath = Path.of(handler.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<String> words = new ArrayList<>(List.of(handler.getName()));
    words.addAll(List.of("--class-path", classPath.toString()));
    words.addAll(List.of(options));
    return start(words.toArray(String[]::new));
  }

  private @Nullable String start(String... arguments) throws IOException {
    return startJava(List.of(), arguments);
  }

  /** Starts a server; returns its first line, or null if it ended without. */
  private @Nullable String startJava(List<String> flags, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // As the launcher does, and quick to start: there are many.
    command.add("--add-opens=java.base/java.lang=dev.overtake.scheduler");
    command.add("--enable-native-access=dev.overtake.scheduler");
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(flags);
    command.addAll(List.of("-p", System.getProperty("jdk.module.path")));
    command.addAll(List.of("-m", "dev.overtake.cli/dev.overtake.cli.Main", "serve"));
    command.addAll(Arrays.asList(arguments));
    command.addAll(List.of("--port", "0"));
    Process started =
        new ProcessBuilder(command).redirectError(folder.resolve("errors").toFile()).start();
    supervisor = started;
    output = started.inputReader(UTF_8);
    String ready = output.readLine();
    if (ready != null) {
      Matcher address = Pattern.compile(":([0-9]+) ").matcher(ready);
      assertThat(address.find()).isTrue();
      port = Integer.parseInt(address.group(1));
      seen.addAll(children());
    }
    return ready;
  }

  /** What has been said on the standard error so far, but for what the scheduler noticed. */
  private List<String> errors() throws IOException {
    try (Stream<String> lines = Files.lines(folder.resolve("errors"))) {
      return lines.filter(line -> !line.contains(" INFO overtake-1: ")).toList();
    }
  }

  private Process supervisor() {
    return Objects.requireNonNull(supervisor);
  }

  private List<ProcessHandle> children() {
    return supervisor().children().toList();
  }

  private void awaitOthersThan(List<ProcessHandle> gone, int number) {
    await()
        .atMost(HANG_GUARD)
        .until(() -> {
          Set<ProcessHandle> present = supervisor().children().collect(Collectors.toSet());
          return present.size() == number && gone.stream().noneMatch(present::contains);
        });
  }

  private void awaitError(String words) {
    await()
        .atMost(HANG_GUARD)
        .untilAsserted(() -> assertThat(errors()).anyMatch(line -> line.contains(words)));
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    sockets.add(socket);
    return socket;
  }

  private static @Nullable String ask(Socket socket, String request) throws IOException {
    socket.getOutputStream().write((request + "\n").getBytes(US_ASCII));
    return readLine(socket);
  }

  private static @Nullable String readLine(Socket socket) throws IOException {
    return new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII)).readLine();
  }

  private static void signal(long process, String name) throws Exception {
    int status =
        new ProcessBuilder("sh", "-c", "kill -%s %d".formatted(name, process)).start().waitFor();
    assertThat(status).isZero();
  }
}
