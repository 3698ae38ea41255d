// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the records refuse, so that the writer need not. */
class DocumentTest {
  private static final Origin ORIGIN = new Origin("run-1", "./overtake lab");

  @Test
  void numbersThatAreNoNumbersAreRefused() {
    refused("value must be a finite number: value=NaN", () -> Cell.number(Double.NaN, Unit.NONE));
    refused("x must be a finite number: x=Infinity", () -> Point.of(1 / 0.0, 1));
    refused("low must be a finite number: low=NaN", () -> new Point(1, 2, Double.NaN, Double.NaN));
  }

  @Test
  void spreadOutOfOrderIsRefused() {
    refused(
        "low, value and high must be in this order: low=3.0, value=2.0, high=4.0",
        () -> Cell.spread(3, 2, 4, Unit.SECONDS));
  }

  @Test
  void negativeValueOnALogAxisIsRefused() {
    refused(
        "values on a log axis must be at least 0: axis=rate, value=-1.0",
        () ->
            new LineChart(
                "t",
                "",
                Axis.linear("time", Unit.SECONDS),
                Axis.log("rate", Unit.NONE),
                List.of(new Series("a", List.of(Point.of(0, -1)))),
                ORIGIN));
  }

  @Test
  void seriesThatGoesBackIsRefused() {
    refused(
        "points must be in ascending order of x: series=a, x=1.0",
        () -> new Series("a", List.of(Point.of(2, 0), Point.of(1, 0))));
  }

  @Test
  void twoSeriesOfOneNameAreRefused() {
    Series series = new Series("a", List.of());
    refused(
        "names of series must differ: name=a",
        () -> new PercentileChart("t", "", List.of(series, series), ORIGIN));
  }

  @Test
  void percentileOutsideItsRangeIsRefused() {
    refused(
        "percentile must be 0 to 100: series=a, x=100.5",
        () ->
            new PercentileChart(
                "t", "", List.of(new Series("a", List.of(Point.of(100.5, 1)))), ORIGIN));
  }

  @Test
  void twoChaptersOfOneIdAreRefused() {
    Chapter chapter = Chapter.builder("a", "A").build();
    refused(
        "chapter ids must differ: id=a",
        () ->
            new Report(
                "t", "", ORIGIN, Instant.EPOCH, List.of(), List.of(), List.of(chapter, chapter)));
  }

  @Test
  void fileOutsideTheRunIsRefused() {
    for (String file :
        List.of("/etc/passwd", "https://example.org/x", "javascript:alert(1)", " ")) {
      refused(
          "a file must be a relative path: file=" + file,
          () -> Chapter.builder("a", "A").file(file).build());
    }
  }

  @Test
  void idThatIsNoAddressIsRefused() {
    refused(
        "a chapter's id must be a letter, then letters, digits, dots and hyphens: id=a b",
        () -> Chapter.builder("a b", "A").build());
  }

  @Test
  void rowOfAnotherLengthIsRefused() {
    refused(
        "a row must have a cell for each of the 1 columns: title=t, cells=2",
        () ->
            new Table(
                "t",
                "",
                List.of(Table.Column.text("a")),
                List.of(List.of(Cell.text("1"), Cell.text("2")))));
  }

  private static void refused(String message, Runnable code) {
    assertThatIllegalArgumentException().isThrownBy(code::run).withMessage(message);
  }
}
