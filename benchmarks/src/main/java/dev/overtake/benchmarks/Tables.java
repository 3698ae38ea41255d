// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A report as text. */
final class Tables {
  private final StringBuilder text = new StringBuilder();

  private Tables() {}

  /** What holds for all benchmarks of a run. */
  static String head(Report report) {
    Tables tables = new Tables();
    tables.addHead(report);
    return tables.text.toString();
  }

  /** One benchmark. */
  static String of(Report.Part part) {
    Tables tables = new Tables();
    tables.addPart(part);
    return tables.text.toString();
  }

  private void addHead(Report report) {
    circumstances(report).forEach((what, words) -> line("%-11s%s".formatted(what, words)));
  }

  /** What a run was and what it ran on, in words, by a word for each; in their order. */
  static Map<String, String> circumstances(Report report) {
    Map<String, String> words = new LinkedHashMap<>();
    words.put("command", report.command());
    words.put(
        "machine",
        "%s, %d cores, %s GB, %s, kernel %s"
            .formatted(
                report.machine().cpu(),
                report.machine().cores(),
                Math.round(report.machine().memoryBytes() / 1e9),
                report.machine().os(),
                report.machine().kernel()));
    words.put(
        "java",
        "%s, commit %s%s"
            .formatted(
                report.machine().jdk(),
                report.machine().commit(),
                report.machine().dirty() ? " and changes" : ""));
    words.put(
        "servers", "one process each, JVM flags %s".formatted(String.join(" ", report.jvmFlags())));
    words.put("placement", report.placement());
    words.put("requests", report.gauge());
    words.put(
        "figures",
        "%s, interleaved; phases of %s s after a warm-up of %s s"
            .formatted(
                report.rounds() == 1
                    ? "1 round"
                    : "median (min–max) of %d rounds".formatted(report.rounds()),
                Spread.show(report.phaseSeconds()),
                Spread.show(report.warmupSeconds())));
    return words;
  }

  private void addPart(Report.Part part) {
    line("");
    line("%s: %s".formatted(part.id(), part.question()));
    line("Method: %s.".formatted(part.method()));
    line("Spinners: %s.".formatted(part.spinners()));
    List<String> settings = part.rows().stream().map(Report.Line::setting).distinct().toList();
    for (String setting : settings) {
      table(
          setting,
          part.columns(),
          part.rows().stream().filter(row -> row.setting().equals(setting)).toList());
    }
    if (!part.comparisons().isEmpty()) {
      line("");
      part.comparisons().forEach(comparison -> line("  %s".formatted(comparison.line())));
    }
    notes(part.rows()).forEach(note -> line("  %s".formatted(note)));
  }

  private void table(String setting, List<String> columns, List<Report.Line> rows) {
    List<List<String>> cells = new ArrayList<>();
    List<String> head = new ArrayList<>();
    head.add(setting);
    head.addAll(columns);
    cells.add(head);
    for (Report.Line row : rows) {
      List<String> line = new ArrayList<>();
      line.add(row.model());
      row.figures().values().forEach(spread -> line.add(spread.toString()));
      cells.add(line);
    }
    int[] widths =
        IntStream.range(0, head.size())
            .map(column -> cells.stream().mapToInt(row -> row.get(column).length()).max().orElse(0))
            .toArray();
    line("");
    for (List<String> row : cells) {
      StringBuilder line = new StringBuilder(pad(row.getFirst(), -widths[0]));
      for (int column = 1; column < row.size(); column++) {
        line.append("  ").append(pad(row.get(column), widths[column]));
      }
      line(line.toString());
    }
  }

  /** What the figures do not show. */
  static List<String> notes(List<Report.Line> rows) {
    List<String> notes = new ArrayList<>();
    for (Report.Line row : rows) {
      if (row.said() != null) {
        notes.add("%s, %s: %s".formatted(row.setting(), row.model(), row.said()));
      }
    }
    for (Report.Line row : rows) {
      if (row.failure() != null) {
        notes.add("not measured: %s, %s: %s".formatted(row.model(), row.setting(), row.failure()));
      }
      if (row.limit() != null) {
        notes.add(
            "generator the limit in %d rounds: %s, %s: %s"
                .formatted(row.generatorWasLimit(), row.model(), row.setting(), row.limit()));
      }
    }
    return notes;
  }

  private static String pad(String cell, int width) {
    return ("%" + width + "s").formatted(cell);
  }

  private void line(String line) {
    text.append(line.stripTrailing()).append('\n');
  }
}
