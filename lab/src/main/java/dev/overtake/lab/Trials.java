// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.report.Cell;
import dev.overtake.report.Point;
import dev.overtake.report.Series;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What repeated measurements of several variants gave, and why some gave nothing.
 *
 * @param <M> what one measurement of one variant gives
 */
final class Trials<M> {
  private final Map<Variant, Row<M>> rows = new LinkedHashMap<>();

  Trials(Collection<Variant> variants) {
    for (Variant variant : variants) {
      rows.put(variant, new Row<>(variant));
    }
  }

  /** A row for each variant, in their order. */
  List<Row<M>> rows() {
    return List.copyOf(rows.values());
  }

  Optional<Row<M>> row(String variant) {
    return rows.values().stream().filter(row -> row.variant.name().equals(variant)).findFirst();
  }

  /** A line for each variant: a figure, by the place of a load in the list, over the loads. */
  List<Series> lines(List<Integer> loads, BiFunction<Row<M>, Integer, Spread> figure) {
    List<Series> lines = new ArrayList<>();
    for (Row<M> row : rows.values()) {
      List<Point> points = new ArrayList<>();
      for (int i = 0; i < loads.size(); i++) {
        Spread spread = figure.apply(row, i);
        if (spread.measured()) {
          points.add(spread.at(loads.get(i)));
        }
      }
      if (!points.isEmpty()) {
        lines.add(new Series(row.variant.name(), points));
      }
    }
    return lines;
  }

  Row<M> row(Variant variant) {
    Row<M> row = rows.get(variant);
    if (row == null) {
      throw new IllegalArgumentException("a variant must be among those tried: variant=" + variant);
    }
    return row;
  }

  /**
   * One variant's measurements, a round each.
   *
   * @param <M> what one measurement gives
   */
  static final class Row<M> {
    private final Variant variant;
    private final List<M> rounds = new ArrayList<>();
    private @Nullable String failure;
    private boolean hopeless;

    private Row(Variant variant) {
      this.variant = variant;
    }

    Variant variant() {
      return variant;
    }

    List<M> rounds() {
      return rounds;
    }

    boolean measured() {
      return !rounds.isEmpty();
    }

    /** Why a round is missing, the last such reason; null if none is. */
    @Nullable String failure() {
      return failure;
    }

    /** Why there is nothing at all. */
    String whyMissing() {
      return failure == null ? "not run" : failure;
    }

    /** A table's row with the name in its first column and the reason in all others. */
    List<Cell> missingCells(int columns) {
      List<Cell> cells = new ArrayList<>(List.of(Cell.name(variant.name())));
      cells.addAll(Collections.nCopies(columns - 1, Cell.missing(whyMissing())));
      return cells;
    }

    Spread spread(ToDoubleFunction<M> figure) {
      return Spread.of(rounds.stream().map(figure::applyAsDouble).toList());
    }

    void add(M measurement) {
      rounds.add(measurement);
    }

    void failed(String why) {
      failure = why;
    }

    /** The server cannot be started here, so that later rounds need not try. */
    void neverStarts(String why) {
      failure = why;
      hopeless = true;
    }

    boolean hopeless() {
      return hopeless;
    }
  }
}
