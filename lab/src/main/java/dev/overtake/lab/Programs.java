// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Runs the small system programs the lab asks for facts and favours. */
final class Programs {
  private static final long VERSION_SECONDS = 5;

  private Programs() {}

  /** Whether the program can be started here and succeeds. */
  static boolean isThere(String... command) {
    return run(VERSION_SECONDS, command).isPresent();
  }

  /** Whether there is such a file, or one on the path that the system searches. */
  static boolean canBeFound(String program) {
    if (program.contains(File.separator)) {
      return Files.isExecutable(Path.of(program));
    }
    String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
    return Pattern.compile(Pattern.quote(File.pathSeparator))
        .splitAsStream(path)
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /**
   * What the program printed on its standard output, however it ended; it ends by itself.
   *
   * @throws IOException if it cannot be started
   */
  static String printed(long withinSeconds, List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try {
      process.getOutputStream().close();
      process
          .onExit()
          .orTimeout(withinSeconds, TimeUnit.SECONDS)
          .exceptionally(_ -> {
            process.destroyForcibly();
            return process;
          });
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } finally {
      process.destroyForcibly();
    }
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
