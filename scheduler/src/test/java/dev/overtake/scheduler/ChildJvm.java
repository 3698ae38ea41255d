// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A JVM of its own, for what flags and first times decide; on the class path, as many users' are.
 */
final class ChildJvm {
  static final String OPEN = "--add-opens=java.base/java.lang=ALL-UNNAMED";
  static final String NATIVE = "--enable-native-access=ALL-UNNAMED";

  private ChildJvm() {}

  /** Runs a main class of the tests; returns all it has printed. It must end with status 0. */
  static String run(Class<?> main, String argument, String... flags)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xshare:auto", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of(flags));
    command.addAll(List.of("-cp", classPath(), main.getName(), argument));
    Path output = Files.createTempFile("child-jvm", ".txt");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      boolean ended = process.waitFor(60, TimeUnit.SECONDS);
      String printed = Files.readString(output);
      if (!ended || process.exitValue() != 0) {
        throw new AssertionError((ended ? "failed" : "hangs") + ", printed:\n" + printed);
      }
      return printed;
    } finally {
      process.destroyForcibly();
      Files.delete(output);
    }
  }

  private static String classPath() {
    Path classes =
        Path.of(
            URI.create(
                Scheduler.class.getProtectionDomain().getCodeSource().getLocation().toString()));
    return classes + File.pathSeparator + classes.resolveSibling("test-classes");
  }
}
