// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A process that a {@link Supervisor} has started, and the thread that hears its heart beat. */
final class Child {
  private static final int SIGNALLED = 128; // above it an exit status names a signal

  private final int place;
  private final Process process;
  private final OutputStream output;
  private final long startedNanos = System.nanoTime();
  private final CompletableFuture<Void> accepting = new CompletableFuture<>();
  private volatile long heardNanos; // written by the listening thread, and to forgive a silence

  private Child(int place, Process process, OutputStream output) {
    this.place = place;
    this.process = process;
    this.output = output;
  }

  /**
   * Starts a process on this process's standard input, which is the shared socket.
   *
   * @param output where goes what the child prints
   */
  static Child start(int place, List<String> command, OutputStream output) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectInput(Redirect.INHERIT)
            .redirectError(Redirect.INHERIT)
            .start();
    Child child = new Child(place, process, output);
    Thread.ofPlatform().daemon().name("child-" + process.pid()).start(child::listen);
    return child;
  }

  private void listen() {
    byte[] buffer = new byte[4096];
    try (InputStream input = process.getInputStream()) {
      for (int n; (n = input.read(buffer)) >= 0; ) {
        relay(buffer, n);
      }
    } catch (IOException e) {
      // Its end is told by the process itself.
      accepting.completeExceptionally(e);
    }
  }

  /** Takes the beats out of what the child has written and passes on the rest. */
  private void relay(byte[] bytes, int length) throws IOException {
    int kept = 0;
    for (int i = 0; i < length; i++) {
      if (bytes[i] != Heartbeat.BEAT) {
        bytes[kept++] = bytes[i];
      }
    }
    if (kept > 0) {
      output.write(bytes, 0, kept);
      output.flush();
    }
    if (kept < length) {
      heardNanos = System.nanoTime();
      accepting.complete(null);
    }
  }

  int place() {
    return place;
  }

  boolean alive() {
    return process.isAlive();
  }

  /** Completes at the first beat; exceptionally when it is clear that none will come. */
  CompletableFuture<Void> accepting() {
    return accepting;
  }

  CompletableFuture<Child> ended() {
    return process.onExit().thenApply(_ -> this);
  }

  /** For how long nothing has been heard of it, in nanoseconds. */
  long silentNanos() {
    return System.nanoTime() - heardNanos;
  }

  void forgiveSilence() {
    heardNanos = System.nanoTime();
  }

  boolean hasLived(Duration duration) {
    return System.nanoTime() - startedNanos >= duration.toNanos();
  }

  /** Lets it accept nothing more, serve whom it has, and end. */
  void retire() {
    try {
      new ProcessBuilder("sh", "-c", "kill -USR1 " + process.pid())
          .redirectError(Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Lets it drain and end. */
  void stop() {
    process.destroy();
  }

  void kill() {
    process.destroyForcibly();
  }

  /** How it ended, once it has. */
  String end() {
    int status = process.exitValue();
    return status > SIGNALLED
        ? "was ended by signal %d, exit status %d".formatted(status - SIGNALLED, status)
        : "ended with exit status " + status;
  }

  @Override
  public String toString() {
    return "child %d (process %d)".formatted(place + 1, process.pid());
  }
}
