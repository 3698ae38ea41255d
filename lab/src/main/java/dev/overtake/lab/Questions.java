// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.report.Cell;
import dev.overtake.report.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The front page's table of models against questions, filled in by whatever experiments ran.
 *
 * @param answers for each model its answer to each question that was answered
 */
record Questions(Map<String, Map<String, String>> answers) {
  /** Where several experiments answer the same, the last one knows best. */
  static Questions answered(List<Answer> given) {
    Map<String, Map<String, String>> answers = new LinkedHashMap<>();
    for (Answer answer : given) {
      answers
          .computeIfAbsent(answer.variant(), _ -> new LinkedHashMap<>())
          .put(answer.question().title(), answer.text());
    }
    return new Questions(answers);
  }

  /** Empty if nothing was answered. */
  Optional<Table> table() {
    if (answers.isEmpty()) {
      return Optional.empty();
    }
    List<Table.Column> columns = new ArrayList<>(List.of(Table.Column.text("model")));
    for (Answer.Question question : Answer.Question.values()) {
      columns.add(Table.Column.number(question.title()));
    }
    List<List<Cell>> rows = new ArrayList<>();
    answers.forEach((variant, known) -> {
      List<Cell> cells = new ArrayList<>(List.of(Cell.name(variant)));
      for (Answer.Question question : Answer.Question.values()) {
        String text = known.get(question.title());
        cells.add(Cell.text(text == null ? "–" : text));
      }
      rows.add(cells);
    });
    return Optional.of(
        new Table(
            "Which model for which load",
            "Each cell is measured in this run, a dash is not; the chapters say how. Clients at once: who is served "
                + "while others wait. Cores used: by two clients that compute. Rate kept by short "
                + "requests, and the longest stall: beside one hog, a request that computes for "
                + "long. Memory: for each connection. Locked out by: so many hogs end the short "
                + "requests.",
            columns,
            rows));
  }
}
