// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ConsoleProgressTest {
  private final StringWriter shown = new StringWriter();
  private final PrintWriter out = new PrintWriter(shown);

  @Test
  void plainLinesWhereNothingCanBeRewritten() {
    try (ConsoleProgress progress = new ConsoleProgress(out, false, () -> 0)) {
      progress.step(1, 2, "perf2, round 1 of 1: threads", Duration.ofSeconds(83));
      progress.note("threads: it died");
      progress.done(Duration.ofSeconds(90));
    }

    assertThat(shown.toString().lines())
        .containsExactly(
            "[1/2] perf2, round 1 of 1: threads, 1:23 left",
            "threads: it died",
            "measured for 1:30");
  }

  @Test
  void barOnATerminalGrowsAndGivesWayToNotes() {
    try (ConsoleProgress progress = new ConsoleProgress(out, true, () -> 0)) {
      progress.step(1, 2, "first", Duration.ofSeconds(100));
      progress.step(2, 2, "second", Duration.ofSeconds(50));
      progress.note("a note");
    }

    String erase = "\r\u001b[K";
    assertThat(shown.toString())
        .startsWith(erase + "░".repeat(24) + " 1/2 1:40 left  first" + erase)
        .contains("█".repeat(12) + "░".repeat(12) + " 2/2 0:50 left  second" + erase + "a note")
        .endsWith("a note" + System.lineSeparator());
  }
}
