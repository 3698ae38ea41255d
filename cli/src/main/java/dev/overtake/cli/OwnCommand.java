// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;

/** How this command was started, so that another process can be started the same way. */
final class OwnCommand {
  private static final Pattern HEADER = Pattern.compile("(?s)(--header=|-H).+");
  private static final Set<String> HARMLESS =
      Set.of("accept", "accept-encoding", "accept-language", "content-type", "host", "user-agent");

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

  /** What the user typed, fit to be typed again, and to be shown: headers may hold secrets. */
  static String typed(CommandSpec spec) {
    List<String> words = spec.root().commandLine().getParseResult().originalArgs();
    List<String> shown = new ArrayList<>();
    for (String word : words) {
      boolean header = !shown.isEmpty() && List.of("-H", "--header").contains(shown.getLast());
      shown.add(HEADER.matcher(word).matches() || header ? withoutSecret(word) : word);
    }
    return shown.stream()
        .map(
            word -> word.matches("[\\w./:=,@%+-]+") ? word : "'" + word.replace("'", "'\\''") + "'")
        .collect(Collectors.joining(" ", "./overtake ", ""));
  }

  private static String withoutSecret(String header) {
    String name = header.replaceFirst("(?s)^(--header=|-H)?", "").replaceFirst("(?s):.*", "");
    return HARMLESS.contains(name.strip().toLowerCase(Locale.ROOT))
        ? header
        : header.replaceFirst("(?s):.*", ": …");
  }
}
