// SPDX-License-Identifier: Apache-2.0
package dev.overtake.agent;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A JVM of its own with the real agent's jar, or without it. The program is a class of the tests.
 */
record ChildJvm(int status, String out, String err) {
  static ChildJvm run(List<String> flags, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("child-jvm");
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process =
        new ProcessBuilder(command(flags, main, arguments))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      boolean ended = process.waitFor(60, TimeUnit.SECONDS);
      ChildJvm result =
          new ChildJvm(
              ended ? process.exitValue() : -1, Files.readString(out), Files.readString(err));
      if (!ended) {
        throw new AssertionError("hangs: " + result);
      }
      return result;
    } finally {
      process.destroyForcibly().waitFor();
      Files.delete(out);
      Files.delete(err);
      Files.delete(folder);
    }
  }

  static List<String> command(List<String> flags, Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", classes().toString()));
    command.addAll(flags);
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return command;
  }

  /** The flag that puts a JVM under the agent. */
  static String agent(String options) {
    Path jar = classes().resolveSibling("overtake-agent.jar");
    return "-javaagent:" + jar + (options.isEmpty() ? "" : "=" + options);
  }

  /** The flags that give a program the library instead. */
  static List<String> library() {
    Path own = classes().resolveSibling("classes");
    Path scheduler = own.resolve("../../../scheduler/target/classes").normalize();
    return List.of("-cp", classes() + File.pathSeparator + own + File.pathSeparator + scheduler);
  }

  static Path classes() {
    try {
      URI location = Programs.class.getProtectionDomain().getCodeSource().getLocation().toURI();
      Path folder = Path.of(location);
      // Where the module is patched with the tests, its own folder is what is told.
      return folder.endsWith("classes") ? folder.resolveSibling("test-classes") : folder;
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
