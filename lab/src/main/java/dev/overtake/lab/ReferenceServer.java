// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The lab's CPython server, for whoever measures outside of the lab's own experiments: a program in
 * a folder of its own as long as this is open. Immutable.
 */
public final class ReferenceServer implements AutoCloseable {
  private static final long VERSION_SECONDS = 5;

  private final String python;
  private final String version;
  private final Path folder;
  private final Path program;

  private ReferenceServer(String python, String version, Path folder) throws IOException {
    this.python = python;
    this.version = version;
    this.folder = folder;
    program = Lab.referenceServer(folder);
  }

  /**
   * Unpacks the program.
   *
   * @param python the command that starts CPython
   * @return to be closed by the caller; empty if there is no such command
   * @throws IOException if there is no place for the program
   */
  public static Optional<ReferenceServer> unpack(String python) throws IOException {
    Optional<String> version = Programs.run(VERSION_SECONDS, python, "--version");
    if (version.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new ReferenceServer(python, version.get(), Files.createTempDirectory("overtake-")));
  }

  /**
   * Returns what the command says it is.
   *
   * @return such as {@code Python 3.11.2}
   */
  public String version() {
    return version;
  }

  /**
   * Returns the words that serve {@code fib} on a free port of the loopback.
   *
   * @param options further options, such as {@code --model threads}
   * @return a command for {@link Stage#start}
   */
  public List<String> serve(List<String> options) {
    List<String> words = new ArrayList<>(List.of(python, program.toString(), "fib"));
    words.addAll(options);
    words.addAll(List.of("--host", "127.0.0.1", "--port", "0"));
    return words;
  }

  /** Removes the program. Idempotent. */
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(program);
    Files.deleteIfExists(folder);
  }
}
