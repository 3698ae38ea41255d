// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * A task that a test holds as long as it likes, wherever it runs: both sides meet in a folder.
 *
 * @param folder of the test alone
 * @param name of this gate in the folder
 */
record Gate(String folder, String name) implements Callable<String>, Serializable {
  private static final long GLANCE_NANOS = 1_000_000;

  Gate(Path folder, String name) {
    this(folder.toString(), name);
  }

  /**
   * Waits until both workers of a shared pool have done with whatever a test has left to them: they
   * must not touch its folder once that is gone, and the next test wants both. Two tasks that run
   * at the same time prove it.
   */
  static void awaitTwoFreeWorkers(Path folder, Function<Gate, Future<String>> submit)
      throws Exception {
    List<Gate> gates = List.of(new Gate(folder, "free-1"), new Gate(folder, "free-2"));
    List<Future<String>> held = gates.stream().map(submit).toList();
    gates.forEach(Gate::awaitEntered);
    gates.forEach(Gate::open);
    for (Future<String> gate : held) {
      gate.get();
    }
  }

  Task<String> task() {
    return new Task<>("gate", 0, this);
  }

  @Override
  public String call() throws Exception {
    mark("entered");
    while (!has("open")) {
      if (Thread.interrupted()) {
        mark("interrupted");
        throw new InterruptedException(name);
      }
      LockSupport.parkNanos(GLANCE_NANOS);
    }
    return name;
  }

  void open() {
    mark("open");
  }

  void awaitEntered() {
    awaitMark("entered");
  }

  void awaitInterrupted() {
    awaitMark("interrupted");
  }

  /** Looks often: most tests wait here, and most marks are there within a few milliseconds. */
  private void awaitMark(String what) {
    await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).until(() -> has(what));
  }

  boolean has(String what) {
    return Files.exists(file(what));
  }

  /** Marks once only, so that a task that runs twice fails. */
  private void mark(String what) {
    try {
      Files.createFile(file(what));
    } catch (FileAlreadyExistsException e) {
      throw new IllegalStateException("twice: " + what + " " + name, e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path file(String what) {
    return Path.of(folder, name + "." + what);
  }
}
