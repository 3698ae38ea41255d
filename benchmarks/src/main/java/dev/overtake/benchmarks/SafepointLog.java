// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a JVM wrote about its pauses with {@link #flag}. */
record SafepointLog(List<Pause> pauses) {
  private static final Pattern LINE =
      Pattern.compile(
          "\\[(\\S+)].* Safepoint \".*?\", .*Reaching safepoint: *(\\d+) ns,.* Total: *(\\d+) ns.*");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSxx");

  /** What makes a JVM write such a log. */
  static String flag(Path file) {
    return "-Xlog:safepoint=info:file=%s:utctime:filecount=0".formatted(file);
  }

  static SafepointLog read(Path file) throws IOException {
    return parse(Files.readAllLines(file));
  }

  static SafepointLog parse(List<String> lines) {
    List<Pause> pauses = new ArrayList<>();
    for (String line : lines) {
      Matcher found = LINE.matcher(line);
      if (found.matches()) {
        pauses.add(
            new Pause(
                TIME.parse(found.group(1), Instant::from),
                Long.parseLong(found.group(2)) / 1e6,
                Long.parseLong(found.group(3)) / 1e6));
      }
    }
    return new SafepointLog(List.copyOf(pauses));
  }

  /** The pauses that ended in a time. */
  SafepointLog between(Instant from, Instant to) {
    return new SafepointLog(
        pauses.stream().filter(p -> !p.end.isBefore(from) && p.end.isBefore(to)).toList());
  }

  DoubleSummaryStatistics millis() {
    return statistics(Pause::millis);
  }

  DoubleSummaryStatistics reachingMillis() {
    return statistics(Pause::reachingMillis);
  }

  private DoubleSummaryStatistics statistics(ToDoubleFunction<Pause> part) {
    return pauses.stream().mapToDouble(part).summaryStatistics();
  }

  /**
   * All threads were stopped once.
   *
   * @param end when they went on
   * @param reachingMillis how long it took until the last one had stopped
   * @param millis from the wish to stop them until they went on
   */
  record Pause(Instant end, double reachingMillis, double millis) {}
}
