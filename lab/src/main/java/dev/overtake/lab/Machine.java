// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a run ran on: whoever reads a figure must be able to tell whether theirs should be alike.
 *
 * @param os the operating system's name and version
 * @param kernel its kernel's release
 * @param cpu the processor's model
 * @param cores how many this process may use
 * @param memoryBytes physical memory; 0 if unknown
 * @param jdk vendor and version of the Java that runs the generator and our servers
 * @param commit the sources' commit, short; "unknown" outside a clone
 * @param dirty whether the sources differed from that commit
 * @param python the version that the Python command prints, or why there is none
 * @param loadAverage over a minute, before the run; NaN if unknown
 */
public record Machine(
    String os,
    String kernel,
    String cpu,
    int cores,
    long memoryBytes,
    String jdk,
    String commit,
    boolean dirty,
    String python,
    double loadAverage) {
  private static final long PROGRAM_SECONDS = 5;

  static Machine here(int cores, @Nullable String pythonCommand) {
    Optional<Path> clone = sources();
    return new Machine(
        valueOf(Path.of("/etc/os-release"), "PRETTY_NAME=")
            .map(name -> name.replace("\"", ""))
            .orElse(System.getProperty("os.name")),
        System.getProperty("os.version"),
        valueOf(Path.of("/proc/cpuinfo"), "model name")
            .map(model -> model.replaceFirst("^\\s*:\\s*", ""))
            .orElse(System.getProperty("os.arch")),
        cores,
        valueOf(Path.of("/proc/meminfo"), "MemTotal:")
            .map(size -> Long.parseLong(size.replaceAll("\\D", "")) * 1024)
            .orElse(0L),
        System.getProperty("java.vendor") + " " + Runtime.version(),
        clone.flatMap(root -> git(root, "rev-parse", "--short", "HEAD")).orElse("unknown"),
        clone
            .flatMap(root -> git(root, "status", "--porcelain"))
            .filter(s -> !s.isEmpty())
            .isPresent(),
        pythonCommand == null ? "left out" : python(pythonCommand),
        valueOf(Path.of("/proc/loadavg"), "")
            .map(line -> Double.parseDouble(line.substring(0, line.indexOf(' '))))
            .orElse(Double.NaN));
  }

  private static String python(String command) {
    return Programs.run(PROGRAM_SECONDS, command, "--version")
        .orElse("cannot run \"" + command + " --version\"");
  }

  /** The clone that this code was built in, if it lies in one. */
  private static Optional<Path> sources() {
    CodeSource source = Machine.class.getProtectionDomain().getCodeSource();
    if (source == null || source.getLocation() == null) {
      return Optional.empty();
    }
    try {
      Path at = Path.of(source.getLocation().toURI());
      return Stream.iterate(at, p -> p != null, Path::getParent)
          .filter(folder -> Files.exists(folder.resolve(".git")))
          .findFirst();
    } catch (URISyntaxException | IllegalArgumentException notAFile) {
      return Optional.empty();
    }
  }

  private static Optional<String> git(Path clone, String... arguments) {
    String[] command =
        Stream.concat(Stream.of("git", "-C", clone.toString()), Stream.of(arguments))
            .toArray(String[]::new);
    return Programs.run(PROGRAM_SECONDS, command);
  }

  /** The rest of the file's first line that begins so. */
  private static Optional<String> valueOf(Path file, String beginning) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(beginning))
          .map(line -> line.substring(beginning.length()).strip())
          .findFirst();
    } catch (IOException notLinux) {
      return Optional.empty();
    }
  }
}
