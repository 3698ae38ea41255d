// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Programs of the lab that run in a process of their own, so as to be measured alone. */
final class Samples {
  private Samples() {}

  /** The words that start a class of this module that needs nothing but the JDK. */
  static List<String> java(Class<?> program, List<String> jvmOptions, List<String> arguments) {
    List<String> words = new ArrayList<>(List.of(jdkTool("java")));
    words.addAll(jvmOptions);
    words.addAll(List.of("-cp", placeOf(program), program.getName()));
    words.addAll(arguments);
    return words;
  }

  /** The C library else reserves 64 MiB for each of the first threads, whatever their stacks. */
  static List<String> inOneArena(List<String> command) {
    List<String> words = new ArrayList<>(List.of("env", "MALLOC_ARENA_MAX=1"));
    words.addAll(command);
    return words;
  }

  /** A tool of the JDK that this process runs on. */
  static String jdkTool(String name) {
    return Path.of(System.getProperty("java.home"), "bin", name).toString();
  }

  private static String placeOf(Class<?> type) {
    CodeSource source = Objects.requireNonNull(type.getProtectionDomain().getCodeSource());
    try {
      return Path.of(source.getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
