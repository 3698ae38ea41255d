// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.load.Target;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A server under test, in a process of its own: started, ready, watched, stopped.
 *
 * <p>Any program is fit to be one that prints a line {@code listening on HOST:PORT …} on its
 * standard output when it is ready, and ends on SIGTERM. What it writes is read to the end, so that
 * it never blocks on a full pipe; the last lines of its standard error are kept for error messages.
 *
 * <p>Thread-safe.
 */
public final class ServerProcess implements AutoCloseable {
  private static final Pattern READY = Pattern.compile("listening on (\\S+):(\\d+)(?: .*)?");
  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
  private static final Pattern RUNNABLE = Pattern.compile("(?s)\\d+ \\(.*\\) R .*");
  private static final int KEPT_LINES = 20;
  private static final long GRACE_MILLIS = 2_000;
  private static final long LAST_WORDS_MILLIS = 2_000;

  private final ChildProcesses children;
  private final Process process;
  private final String program;
  private final CompletableFuture<String> readyLine = new CompletableFuture<>();
  private final Deque<String> lastErrors = new ArrayDeque<>(); // guarded by itself
  private final Thread errorReader;
  private final InetSocketAddress address;

  private ServerProcess(
      ChildProcesses children,
      List<String> starter,
      List<String> command,
      Duration readyWithin,
      Consumer<String> later)
      throws ServerFailure, InterruptedException {
    this.children = children;
    program = command.getFirst();
    if (!Programs.canBeFound(program)) {
      throw new ServerFailure("cannot start " + program + ": there is no such program");
    }
    List<String> words = new ArrayList<>(starter);
    words.addAll(command);
    try {
      process = children.start(new ProcessBuilder(words));
    } catch (IOException e) {
      throw new ServerFailure("cannot start " + program + ": " + ServerFailure.reason(e));
    }
    errorReader =
        startReader(
            "server-stderr",
            process.errorReader(StandardCharsets.UTF_8),
            this::keepError,
            () -> {});
    // A server that ends before it listens ends its output, too: that ends the waiting.
    startReader(
        "server-stdout",
        process.inputReader(StandardCharsets.UTF_8),
        line -> {
          if (!readyLine.complete(line)) {
            later.accept(line);
          }
        },
        () -> readyLine.complete(""));
    try {
      address = awaitReady(readyWithin);
    } catch (ServerFailure | InterruptedException | RuntimeException e) {
      children.stop(process, 0);
      throw e;
    }
  }

  /**
   * Starts the command and waits until it says that it listens.
   *
   * @param starter the words of a program that starts the command in a certain way; may be empty
   * @param command the server's own words
   * @throws ServerFailure if it cannot be started, ends before it listens, or does not listen in
   *     time; nothing is left running then
   * @throws InterruptedException if interrupted while waiting; nothing is left running then
   */
  static ServerProcess start(
      ChildProcesses children, List<String> starter, List<String> command, Duration readyWithin)
      throws ServerFailure, InterruptedException {
    return start(children, starter, command, readyWithin, _ -> {});
  }

  /** As the other one; hears every line of the standard output after the first. */
  static ServerProcess start(
      ChildProcesses children,
      List<String> starter,
      List<String> command,
      Duration readyWithin,
      Consumer<String> later)
      throws ServerFailure, InterruptedException {
    return new ServerProcess(children, starter, command, readyWithin, later);
  }

  /**
   * Returns where the server said that it listens.
   *
   * @return its address
   */
  public InetSocketAddress address() {
    return address;
  }

  Target target() {
    return new Target(address.getAddress().getHostAddress(), address.getPort());
  }

  /** The line in which the server said that it listens, with all it says about itself. */
  String readyLine() {
    return readyLine.getNow("");
  }

  /**
   * Returns the number by which the system knows the process.
   *
   * @return its process ID
   */
  public long pid() {
    return process.pid();
  }

  /**
   * Tells whether the process has not ended.
   *
   * @return true as long as it runs
   */
  public boolean alive() {
    return process.isAlive();
  }

  /**
   * Returns how it ended.
   *
   * @return its exit status; empty as long as it runs
   */
  public OptionalInt exitStatus() {
    return process.isAlive() ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
  }

  /** Whether it has ended; waits a moment, for its connections break before the system tells. */
  boolean died() throws InterruptedException {
    return endsWithin(Duration.ofMillis(LAST_WORDS_MILLIS));
  }

  /** Waits for its end; false if it has not come in time. */
  boolean endsWithin(Duration time) throws InterruptedException {
    return process.waitFor(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /**
   * Returns the CPU time of all its threads since its start, in steps of a clock tick (10 ms as a
   * rule).
   *
   * @return the sum; zero where the system does not tell
   */
  public Duration cpuTime() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** Whether one of its threads computes or waits for a processor; false if that is not told. */
  boolean wantsProcessor() {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
      return threads.anyMatch(ServerProcess::isRunnable);
    } catch (IOException noProcessOrNoProcFileSystem) {
      return false;
    }
  }

  private static boolean isRunnable(Path thread) {
    try {
      return RUNNABLE.matcher(Files.readString(thread.resolve("stat"))).matches();
    } catch (IOException threadGone) {
      return false;
    }
  }

  /**
   * Returns how much physical memory it holds at present.
   *
   * @return bytes; empty where the system does not tell
   */
  public OptionalLong residentBytes() {
    try {
      Matcher resident =
          RESIDENT.matcher(Files.readString(Path.of("/proc/" + process.pid() + "/status")));
      return resident.find()
          ? OptionalLong.of(Long.parseLong(resident.group(1)) * 1024)
          : OptionalLong.empty();
    } catch (IOException noProcessOrNoProcFileSystem) {
      return OptionalLong.empty();
    }
  }

  /**
   * Returns why the server is no longer there, in its own last words. If it has ended, waits up to
   * 2 s for them.
   *
   * @return a line from its standard error
   * @throws InterruptedException if interrupted while waiting
   */
  public String lastWords() throws InterruptedException {
    if (!process.isAlive()) {
      errorReader.join(LAST_WORDS_MILLIS);
    }
    synchronized (lastErrors) {
      // Indented lines are a stack trace's; what heads or follows them says more.
      return lastErrors.reversed().stream()
          .filter(line -> !Character.isWhitespace(line.charAt(0)))
          .findFirst()
          .orElse("it said nothing");
    }
  }

  /** What it last said on its standard error; waits a moment for the rest if it has ended. */
  List<String> lastLines() throws InterruptedException {
    if (!process.isAlive()) {
      errorReader.join(LAST_WORDS_MILLIS);
    }
    synchronized (lastErrors) {
      return List.copyOf(lastErrors);
    }
  }

  /**
   * Ends the server: SIGTERM, a grace time of 2 s, then by force. If the thread is interrupted
   * there is no grace, and it stays interrupted. Idempotent.
   */
  @Override
  public void close() {
    children.stop(process, GRACE_MILLIS);
  }

  private InetSocketAddress awaitReady(Duration within) throws ServerFailure, InterruptedException {
    String line;
    try {
      line = readyLine.get(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new ServerFailure(
          "%s does not listen after %s; its last words: %s"
              .formatted(program, Wording.seconds(within), lastWords()));
    } catch (ExecutionException e) {
      throw new IllegalStateException("the ready line is only ever completed with a value", e);
    }
    Matcher ready = READY.matcher(line);
    if (!ready.matches()) {
      throw new ServerFailure(
          died()
              ? "%s ended with exit code %d before it listened; its last words: %s"
                  .formatted(program, process.exitValue(), lastWords())
              : "%s said \"%s\" instead of \"listening on HOST:PORT\"".formatted(program, line));
    }
    return new InetSocketAddress(ready.group(1), Integer.parseInt(ready.group(2)));
  }

  private void keepError(String line) {
    if (line.isBlank()) {
      return;
    }
    synchronized (lastErrors) {
      if (lastErrors.size() == KEPT_LINES) {
        lastErrors.removeFirst();
      }
      lastErrors.addLast(line);
    }
  }

  private Thread startReader(
      String name, BufferedReader lines, Consumer<String> keep, Runnable atEnd) {
    return Thread.ofPlatform()
        .name(name + "-" + process.pid())
        .daemon()
        .start(() -> {
          try (lines) {
            for (String line; (line = lines.readLine()) != null; ) {
              keep.accept(line);
            }
          } catch (IOException processGone) {
            keepError(ServerFailure.reason(processGone));
          } finally {
            atEnd.run();
          }
        });
  }
}
