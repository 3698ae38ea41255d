// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How this command was started, so that another process can be started the same way. */
final class OwnCommand {
  private OwnCommand() {}

  /**
   * Returns the words to which a subcommand and its options are to be added.
   *
   * <p>Not the launcher: it would build, in the middle of an experiment, whatever has just been
   * edited.
   */
  static List<String> words() {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    // The JVM reports its -m so, and does not take it back so.
    words.removeIf(word -> word.startsWith("-Djdk.module.main="));
    words.addAll(List.of("-m", "dev.overtake.cli/dev.overtake.cli.Main"));
    return words;
  }
}
