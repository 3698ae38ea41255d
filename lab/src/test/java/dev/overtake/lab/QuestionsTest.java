// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overtake.report.Cell;
import dev.overtake.report.Table;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuestionsTest {
  @Test
  void whatNoExperimentAnsweredSaysSo() {
    Table table =
        Questions.answered(
                List.of(
                    new Answer(Answer.Question.CLIENTS, "threads", "at least 2"),
                    new Answer(Answer.Question.BYTES, "virtual", "2 KiB"),
                    new Answer(Answer.Question.CLIENTS, "threads", "at least 10,000")))
            .table()
            .orElseThrow();

    assertThat(table.rows()).hasSize(2);
    assertThat(table.rows().getFirst())
        .startsWith(Cell.name("threads"), Cell.text("at least 10,000"))
        .contains(Cell.text("–"));
    assertThat(table.rows().getLast())
        .startsWith(Cell.name("virtual"), Cell.text("–"))
        .contains(Cell.text("2 KiB"));
  }

  @Test
  void nothingAnsweredIsNoTable() {
    assertThat(Questions.answered(List.of()).table()).isEmpty();
  }
}
