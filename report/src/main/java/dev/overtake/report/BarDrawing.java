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
    canvas.heading(chart.title());
    double y = canvas.top();
    boolean namedByGroups =
        chart.groups().stream()
            .allMatch(g -> g.bars().size() == 1 && g.bars().getFirst().series().equals(g.name()));
    if (!namedByGroups) {
      y = canvas.keys(names, 0, y, true) + 2;
    }
    boolean narrow = canvas.layout().isNarrow();
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
    left = narrow ? 4 : widestName + 14;
    right = canvas.layout().width() - widestValue - 16;

    if (!chart.references().isEmpty()) {
      y += canvas.letters() * 1.5 * chart.references().size();
    }
    double top = y;
    double bottom = top + height(narrow);
    drawGrid(top, bottom);
    for (BarChart.Group group : chart.groups()) {
      y += GROUP_GAP / 2;
      if (narrow) {
        canvas.text("name", 0, y + canvas.letters(), group.name());
        y += canvas.letters() * 1.5;
      } else {
        double middle = y + (group.bars().size() * BAR_STEP) / 2 + canvas.letters() * 0.35;
        canvas.text("name end", left - 10, middle, group.name());
      }
      for (BarChart.Bar bar : group.bars()) {
        drawBar(bar, group.name(), y + (BAR_STEP - BAR) / 2);
        y += BAR_STEP;
      }
      y += GROUP_GAP / 2;
    }
    drawReferences(top, bottom);
    double base = bottom + canvas.letters() * 1.35 + 3;
    canvas.text("axis", left, base + canvas.letters() * 1.5, ruler.title());
    return canvas.finish(
        chart, Summary.ofBars(chart.groups(), unit), id, base + canvas.letters() * 2);
  }

  private double height(boolean narrow) {
    double height = 0;
    for (BarChart.Group group : chart.groups()) {
      height += GROUP_GAP + group.bars().size() * BAR_STEP;
      height += narrow ? canvas.letters() * 1.5 : 0;
    }
    return height;
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
        canvas.text("tick mid", at, bottom + canvas.letters() * 1.35, tick.label());
        free = at + half;
      }
    }
    if (ruler.isBroken()) {
      double at = left + ruler.breakAt() * (right - left);
      canvas.line("break", at, top, at, bottom);
    }
  }

  private void drawBar(BarChart.Bar bar, String group, double y) {
    double middle = y + BAR / 2;
    double line = middle + canvas.letters() * 0.36;
    canvas.startSeries("series", names.indexOf(bar.series()), bar.series());
    if (!bar.missing().isEmpty()) {
      canvas.text("missing", left + 6, line, bar.missing());
      canvas.end();
      return;
    }
    canvas.body().start("g");
    String name = bar.series().equals(group) ? group : group + ", " + bar.series();
    canvas.body().element("title", name + ": " + Summary.value(bar, unit));
    double from = px(base());
    double to = px(bar.value());
    if (bar.value() == 0) {
      canvas.rect("bar", from - 1, y, 3, BAR);
    } else {
      canvas.rect("bar", Math.min(from, to), y, Math.max(1, Math.abs(to - from)), BAR);
    }
    double low = px(bar.low());
    double high = px(bar.high());
    if (bar.low() < bar.high()) {
      canvas.path(
          "whisker",
          "M%s %sH%sM%s %sv8M%s %sv8"
              .formatted(
                  Canvas.n(low),
                  Canvas.n(middle),
                  Canvas.n(high),
                  Canvas.n(low),
                  Canvas.n(middle - 4),
                  Canvas.n(high),
                  Canvas.n(middle - 4)),
          "");
    }
    canvas.text("value halo", Math.max(to, high) + 8, line, label(bar));
    canvas.end();
    canvas.end();
  }

  private String label(BarChart.Bar bar) {
    String value = Numbers.write(bar.value(), unit, 3);
    if (bar.low() == bar.high() || canvas.layout().isNarrow()) {
      return value;
    }
    return value + " " + Numbers.range(bar.low(), bar.value(), bar.high(), unit, 3);
  }

  private void drawReferences(double top, double bottom) {
    double base = top - 5;
    for (Reference reference : chart.references()) {
      double at = px(reference.value());
      double half = canvas.textWidth(reference.label()) / 2;
      canvas.line("reference", at, base + 3, at, bottom);
      double middle = Math.max(half, Math.min(canvas.layout().width() - half, at));
      canvas.text("note mid halo", middle, base, reference.label());
      base -= canvas.letters() * 1.5;
    }
  }
}
