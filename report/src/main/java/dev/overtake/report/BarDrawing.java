// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/** Draws a {@link BarChart}: groups of horizontal bars, each with its value behind it. */
final class BarDrawing {
  private static final double BAR = 15;
  private static final double BAR_STEP = 20;
  private static final double GROUP_GAP = 12;

  private final Canvas canvas;
  private final BarChart chart;
  private final Unit unit;
  private final List<String> names;
  private final Ruler ruler;

  private double left;
  private double right;

  private BarDrawing(BarChart chart, Canvas canvas) {
    this.chart = chart;
    this.canvas = canvas;
    this.unit = chart.value().unit();
    LinkedHashSet<String> distinct = new LinkedHashSet<>();
    List<Double> values = new ArrayList<>();
    for (BarChart.Group group : chart.groups()) {
      for (BarChart.Bar bar : group.bars()) {
        distinct.add(bar.series());
        if (bar.missing().isEmpty()) {
          values.add(bar.low());
          values.add(bar.high());
        }
      }
    }
    chart.references().forEach(reference -> values.add(reference.value()));
    if (isLog()) {
      // The smallest bar must have a length: let the axis begin below it.
      values.stream().filter(v -> v > 0).min(Double::compare).ifPresent(v -> values.add(v / 2));
    }
    this.names = List.copyOf(distinct);
    this.ruler =
        Ruler.ofValues(
            chart.value(),
            values.stream().mapToDouble(Double::doubleValue).toArray(),
            canvas.layout().isNarrow() ? 3 : 6);
  }

  static String draw(BarChart chart, Layout layout, Palette palette, String id) {
    return new BarDrawing(chart, new Canvas(layout, palette)).draw(id);
  }

  private String draw(String id) {
    double above = canvas.heading(chart.title());
    boolean namedByGroups =
        chart.groups().stream()
            .allMatch(g -> g.bars().size() == 1 && g.bars().getFirst().series().equals(g.name()));
    if (!namedByGroups) {
      above = canvas.keys(names, 0, above, true) + 2;
    }
    double width = canvas.layout().width();
    double widestName =
        chart.groups().stream().mapToDouble(g -> canvas.textWidth(g.name())).max().orElse(0);
    double widestValue =
        chart.groups().stream()
            .flatMap(g -> g.bars().stream())
            .filter(bar -> bar.missing().isEmpty())
            .mapToDouble(bar -> canvas.textWidth(label(bar)))
            .max()
            .orElse(0);
    // On a phone the group's name stands above its bars; beside them it would take half the width.
    left = canvas.layout().isNarrow() ? 4 : Math.min(widestName, width * 0.35) + 14;
    right = width - widestValue - 16;
    double top = above + chart.references().size() * canvas.letters() * 1.5;
    List<Row> rows = rows(top);
    double bottom = rows.isEmpty() ? top + BAR_STEP : rows.getLast().y() + BAR_STEP + GROUP_GAP / 2;

    drawGrid(top, bottom);
    for (Row row : rows) {
      if (row.bar().missing().isEmpty()) {
        drawBar(row);
      }
    }
    drawReferences(top, bottom);
    // Last, so that no line crosses a letter.
    for (Row row : rows) {
      drawValue(row);
      if (row.index() == 0) {
        drawName(row);
      }
    }
    double base = bottom + canvas.letters() * 2.85 + 3;
    canvas.text("axis", left, base, canvas.fit(ruler.title(), width - left));
    return canvas.finish(
        chart, Summary.ofBars(chart.groups(), unit), id, base + canvas.letters() * 0.5);
  }

  /** Where a bar has its place: the strip of {@link #BAR_STEP} from y downwards. */
  private record Row(BarChart.Group group, int index, double y) {
    BarChart.Bar bar() {
      return group.bars().get(index);
    }

    double middle() {
      return y + BAR_STEP / 2;
    }
  }

  private List<Row> rows(double top) {
    List<Row> rows = new ArrayList<>();
    double y = top;
    for (BarChart.Group group : chart.groups()) {
      y += GROUP_GAP / 2 + (canvas.layout().isNarrow() ? canvas.letters() * 1.5 : 0);
      for (int i = 0; i < group.bars().size(); i++) {
        rows.add(new Row(group, i, y));
        y += BAR_STEP;
      }
      y += GROUP_GAP / 2;
    }
    return rows;
  }

  /** The group's name beside its bars, or on a phone above them. */
  private void drawName(Row first) {
    String name = first.group().name();
    if (canvas.layout().isNarrow()) {
      double line = first.y() - canvas.letters() * 0.4;
      canvas.text("name halo", 0, line, canvas.fit(name, canvas.layout().width()));
    } else {
      double middle = first.y() + first.group().bars().size() * BAR_STEP / 2;
      canvas.text(
          "name end", left - 10, middle + canvas.letters() * 0.35, canvas.fit(name, left - 12));
    }
  }

  private double px(double value) {
    return left + ruler.at(value) * (right - left);
  }

  /** The value at which bars begin. */
  private double base() {
    return isLog() ? ruler.ticks().getFirst().value() : 0;
  }

  private boolean isLog() {
    return chart.value().scale() == Axis.Scale.LOG;
  }

  private void drawGrid(double top, double bottom) {
    double free = Double.NEGATIVE_INFINITY;
    for (Ruler.Tick tick : ruler.ticks()) {
      double at = px(tick.value());
      double half = canvas.textWidth(tick.label()) / 2;
      canvas.line(tick.value() == base() ? "grid zero" : "grid", at, top, at, bottom);
      if (at - half > free + 6) {
        canvas.text(
            "tick mid",
            canvas.inside(at, tick.label()),
            bottom + canvas.letters() * 1.35,
            tick.label());
        free = at + half;
      }
    }
    if (ruler.isBroken()) {
      double at = left + ruler.breakAt() * (right - left);
      canvas.line("break", at, top, at, bottom);
    }
  }

  private void drawBar(Row row) {
    BarChart.Bar bar = row.bar();
    String group = row.group().name();
    String name = bar.series().equals(group) ? group : group + ", " + bar.series();
    startSeries(bar);
    canvas.body().start("g").element("title", name + ": " + Summary.value(bar, unit));
    double top = row.middle() - BAR / 2;
    double from = px(base());
    double to = px(bar.value());
    if (bar.value() == 0) {
      canvas.rect("bar", from - 1, top, 3, BAR);
    } else {
      canvas.rect("bar", Math.min(from, to), top, Math.max(1, Math.abs(to - from)), BAR);
    }
    if (bar.low() < bar.high()) {
      String low = Canvas.n(px(bar.low()));
      String high = Canvas.n(px(bar.high()));
      String end = Canvas.n(row.middle() - 4);
      String whisker =
          "M"
              + low
              + " "
              + Canvas.n(row.middle())
              + "H"
              + high
              + "M"
              + low
              + " "
              + end
              + "v8M"
              + high
              + " "
              + end
              + "v8";
      canvas.path("whisker under", whisker, "");
      canvas.path("whisker", whisker, "");
    }
    canvas.end();
    canvas.end();
  }

  private void drawValue(Row row) {
    BarChart.Bar bar = row.bar();
    startSeries(bar);
    double line = row.middle() + canvas.letters() * 0.36;
    if (bar.missing().isEmpty()) {
      canvas.text("value halo", Math.max(px(bar.value()), px(bar.high())) + 8, line, label(bar));
    } else {
      String reason = canvas.fit(bar.missing(), canvas.layout().width() - left - 6);
      canvas.text("missing halo", left + 6, line, reason);
    }
    canvas.end();
  }

  private void startSeries(BarChart.Bar bar) {
    canvas.startSeries("series", names.indexOf(bar.series()), bar.series());
  }

  /** The axis names the unit; only numbers with prefixes of their own repeat it. */
  private String label(BarChart.Bar bar) {
    Unit shown = unit.kind() == Unit.Kind.PLAIN ? Unit.NONE : unit;
    String value = Numbers.write(bar.value(), shown, 3);
    if (bar.low() == bar.high() || canvas.layout().isNarrow()) {
      return value;
    }
    return value + " " + Numbers.range(bar.low(), bar.value(), bar.high(), shown, 3);
  }

  private void drawReferences(double top, double bottom) {
    double base = top - 5;
    for (Reference reference : chart.references()) {
      double at = px(reference.value());
      String label = canvas.fit(reference.label(), canvas.layout().width());
      canvas.line("reference", at, base + 3, at, bottom);
      canvas.text("note mid halo", canvas.inside(at, label), base, label);
      base -= canvas.letters() * 1.5;
    }
  }
}
