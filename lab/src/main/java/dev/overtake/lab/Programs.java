// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Runs the small system programs the lab asks for facts and favours. */
final class Programs {
  private static final long VERSION_SECONDS = 5;

  private Programs() {}

  /** Whether the program can be started here and succeeds. */
  static boolean isThere(String... command) {
    return run(VERSION_SECONDS, command).isPresent();
  }

  /** What the program printed, stripped; empty if it cannot be started, fails or takes too long. */
  static Optional<String> run(long withinSeconds, String... command) {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException noSuchProgram) {
      return Optional.empty();
    }
    try {
      process.getOutputStream().close();
      // Answers are a few lines and fit into the pipe, so waiting before reading cannot hang.
      if (!process.waitFor(withinSeconds, TimeUnit.SECONDS) || process.exitValue() != 0) {
        return Optional.empty();
      }
      byte[] printed = process.getInputStream().readAllBytes();
      return Optional.of(new String(printed, StandardCharsets.UTF_8).strip());
    } catch (IOException ended) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } finally {
      process.destroyForcibly();
    }
  }
}
