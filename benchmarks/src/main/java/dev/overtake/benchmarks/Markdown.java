// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A report as Markdown, to be pasted into a page: one table for each benchmark. */
final class Markdown {
  private Markdown() {}

  /** What holds for all benchmarks of a run: a paragraph to stand above their tables. */
  static String head(Report report) {
    List<String> words = new ArrayList<>(Tables.circumstances(report).values());
    return "`%s`\n%s\n"
        .formatted(words.getFirst(), String.join("; ", words.subList(1, words.size())));
  }

  /** One benchmark. */
  static String of(Report.Part part) {
    StringBuilder text = new StringBuilder("\n");
    List<String> head = new ArrayList<>(List.of("", "model"));
    head.addAll(part.columns());
    row(text, head);
    row(text, Collections.nCopies(head.size(), "---"));
    for (Report.Line line : part.rows()) {
      List<String> cells = new ArrayList<>(List.of(line.setting(), "`" + line.model() + "`"));
      line.figures().values().forEach(spread -> cells.add(spread.toString()));
      row(text, cells);
    }
    text.append('\n');
    part.comparisons().forEach(comparison -> item(text, comparison.line()));
    Tables.notes(part.rows()).forEach(note -> item(text, note));
    return text.toString();
  }

  private static void row(StringBuilder text, List<String> cells) {
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  private static void item(StringBuilder text, String line) {
    text.append("- ").append(line).append('\n');
  }
}
