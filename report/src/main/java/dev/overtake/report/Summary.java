// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.function.DoubleFunction;

/**
 * A chart's numbers in words and as a table, for those who do not see it or want to know exactly.
 */
final class Summary {
  private static final int DIGITS = 4;

  private Summary() {}

  static String value(Point point, Unit unit) {
    return point.isGap() ? "no data" : value(point.low(), point.y(), point.high(), unit);
  }

  static String value(double low, double value, double high, Unit unit) {
    String text = Numbers.write(value, unit, DIGITS);
    return low == high ? text : text + " " + Numbers.range(low, value, high, unit, DIGITS);
  }

  static String ofLines(List<Series> series, Unit unit) {
    StringJoiner text = new StringJoiner(" ");
    for (Series line : series) {
      double[] values =
          line.points().stream().filter(p -> !p.isGap()).mapToDouble(Point::y).sorted().toArray();
      text.add(
          values.length == 0
              ? line.name() + ": no data."
              : line.name()
                  + ": from "
                  + Numbers.write(values[0], unit, DIGITS)
                  + " to "
                  + Numbers.write(values[values.length - 1], unit, DIGITS)
                  + ".");
    }
    return text.toString();
  }

  static String ofBars(List<BarChart.Group> groups, Unit unit) {
    StringJoiner text = new StringJoiner(" ");
    for (BarChart.Group group : groups) {
      for (BarChart.Bar bar : group.bars()) {
        String name =
            bar.series().equals(group.name()) ? group.name() : group.name() + ", " + bar.series();
        text.add(name + ": " + value(bar, unit) + ".");
      }
    }
    return text.toString();
  }

  static String value(BarChart.Bar bar, Unit unit) {
    return bar.missing().isEmpty()
        ? value(bar.low(), bar.value(), bar.high(), unit)
        : bar.missing();
  }

  static Table table(Chart chart) {
    return switch (chart) {
      case LineChart c ->
          table(c.title(), c.x().label(), c.series(), c.y(), x -> Numbers.exact(x, c.x().unit()));
      case PercentileChart c ->
          table(c.title(), "percentile", c.series(), c.y(), LineDrawing::percentileName);
      case BarChart c -> table(c);
    };
  }

  private static Table table(
      String title,
      String corner,
      List<Series> series,
      Axis axis,
      DoubleFunction<String> placeName) {
    Map<Double, Map<String, Point>> rows = new TreeMap<>();
    List<Table.Column> columns = new ArrayList<>(List.of(Table.Column.text(corner)));
    for (Series line : series) {
      columns.add(Table.Column.number(line.name()));
      for (Point point : line.points()) {
        rows.computeIfAbsent(point.x(), x -> new LinkedHashMap<>()).put(line.name(), point);
      }
    }
    List<List<Cell>> cells = new ArrayList<>();
    rows.forEach((x, points) -> {
      List<Cell> row = new ArrayList<>(List.of(Cell.text(placeName.apply(x))));
      for (Series line : series) {
        Point point = points.get(line.name());
        row.add(point == null ? Cell.text("") : cell(point, bare(axis.unit())));
      }
      cells.add(row);
    });
    return new Table(title, named(axis), columns, cells);
  }

  private static Table table(BarChart chart) {
    List<List<Cell>> rows = new ArrayList<>();
    for (BarChart.Group group : chart.groups()) {
      for (BarChart.Bar bar : group.bars()) {
        Cell value =
            bar.missing().isEmpty()
                ? cell(new Point(0, bar.value(), bar.low(), bar.high()), bare(chart.value().unit()))
                : Cell.missing(bar.missing());
        rows.add(List.of(Cell.text(group.name()), Cell.text(bar.series()), value));
      }
    }
    return new Table(
        chart.title(),
        named(chart.value()),
        List.of(
            Table.Column.text("group"),
            Table.Column.text("bar"),
            Table.Column.number(chart.value().label())),
        rows);
  }

  /** The unit stands once above the table, unless each number has a prefix of its own. */
  private static Unit bare(Unit unit) {
    return unit.kind() == Unit.Kind.PLAIN ? Unit.NONE : unit;
  }

  private static String named(Axis axis) {
    String symbol = axis.unit().kind() == Unit.Kind.PLAIN ? axis.unit().symbol() : "";
    return symbol.isEmpty() ? axis.label() : axis.label() + ", " + symbol;
  }

  private static Cell cell(Point point, Unit unit) {
    if (point.isGap()) {
      return Cell.missing("no data");
    }
    return point.low() == point.high()
        ? new Cell.Quantity(point.y(), unit, DIGITS)
        : new Cell.Spread(point.low(), point.y(), point.high(), unit, DIGITS);
  }
}
