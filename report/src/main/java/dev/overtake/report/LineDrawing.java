// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.function.DoubleFunction;

/** Draws lines between two axes: {@link LineChart} and {@link PercentileChart}. */
final class LineDrawing {
  private static final double MARKER_SPACING = 34;
  private static final double MARKER_STAGGER = 9;
  private static final double NARROWEST_HIT = 4;
  private static final int MOST_LABELS = 9;

  private final Canvas canvas;
  private final List<Series> series;
  private final List<Interval> intervals;
  private final List<Reference> references;
  private final boolean inSteps;
  private final Ruler x;
  private final Ruler y;
  private final Unit unit;
  private final DoubleFunction<String> placeName;

  /** How far the first and the last place stay off the plot's edges. */
  private final double inset;

  // The area between the axes.
  private double left;
  private double right;
  private double top;
  private double bottom;

  private LineDrawing(
      Canvas canvas,
      List<Series> series,
      List<Interval> intervals,
      List<Reference> references,
      boolean inSteps,
      Ruler x,
      Ruler y,
      Unit unit,
      DoubleFunction<String> placeName,
      double inset) {
    this.canvas = canvas;
    this.series = series;
    this.intervals = intervals;
    this.references = references;
    this.inSteps = inSteps;
    this.x = x;
    this.y = y;
    this.unit = unit;
    this.placeName = placeName;
    this.inset = inset;
  }

  static String draw(LineChart chart, Layout layout, Palette palette, String id) {
    boolean inSteps = chart.shape() == LineChart.Shape.STEPS;
    List<Double> places = new ArrayList<>();
    for (Series line : chart.series()) {
      for (int i = 0; i < line.points().size(); i++) {
        places.add(line.points().get(i).x());
        if (inSteps) {
          places.add(endOfStep(line.points(), i));
        }
      }
    }
    for (Interval interval : chart.intervals()) {
      places.add(interval.from());
      places.add(interval.to());
    }
    LineDrawing drawing =
        new LineDrawing(
            new Canvas(layout, palette),
            chart.series(),
            chart.intervals(),
            chart.references(),
            inSteps,
            Ruler.ofPlaces(chart.x(), array(places), layout.isNarrow() ? 5 : 10),
            Ruler.ofValues(
                chart.y(), array(values(chart.series(), chart.references())), divisions(layout)),
            chart.y().unit(),
            place -> chart.x().label() + " " + Numbers.exact(place, chart.x().unit()),
            chart.x().scale() == Axis.Scale.LOG ? 14 : 0);
    return drawing.draw(chart, id);
  }

  static String draw(PercentileChart chart, Layout layout, Palette palette, String id) {
    List<Double> places = new ArrayList<>();
    chart.series().forEach(line -> line.points().forEach(point -> places.add(point.x())));
    LineDrawing drawing =
        new LineDrawing(
            new Canvas(layout, palette),
            chart.series(),
            List.of(),
            chart.references(),
            false,
            Ruler.ofPercentiles(array(places)),
            Ruler.ofValues(
                chart.y(), array(values(chart.series(), chart.references())), divisions(layout)),
            chart.y().unit(),
            LineDrawing::percentileName,
            0);
    return drawing.draw(chart, id);
  }

  static String percentileName(double percentile) {
    return percentile == 100 ? "max" : "p" + Numbers.digits(percentile);
  }

  private String draw(Chart chart, String id) {
    double above = canvas.heading(chart.title());
    List<String> names = series.stream().map(Series::name).toList();
    double width = canvas.layout().width();
    double widest = names.stream().mapToDouble(canvas::textWidth).max().orElse(0);
    boolean labelsBeside =
        !canvas.layout().isNarrow() && names.size() <= MOST_LABELS && widest < width / 4;
    if (!labelsBeside) {
      above = canvas.keys(names, 0, above, false) + 2;
    }
    top = above + canvas.letters() * 2.1;
    left = y.ticks().stream().mapToDouble(tick -> canvas.textWidth(tick.label())).max().orElse(0);
    left += 10;
    right = labelsBeside ? width - widest - Canvas.KEY_LINE - 26 : width - 10;
    List<double[]> places = placesOfIntervalLabels();
    double rows = places.stream().mapToDouble(place -> place[1] + 1).max().orElse(0);
    top += rows * canvas.letters() * 1.35;
    bottom = top + canvas.layout().plotHeight();

    canvas.text("axis", 0, above + canvas.letters(), canvas.fit(y.title(), width));
    drawIntervals(places, rows);
    drawGrid();
    drawReferences();
    for (int i = 0; i < series.size(); i++) {
      drawSeries(i);
    }
    if (labelsBeside) {
      drawLabelsBeside();
    }
    drawHits();
    if (series.stream().flatMap(line -> line.points().stream()).allMatch(Point::isGap)) {
      canvas.text("missing mid", (left + right) / 2, (top + bottom) / 2, "no data");
    }
    return canvas.finish(chart, Summary.ofLines(series, unit), id, bottom + canvas.letters() * 3.3);
  }

  private double px(double value) {
    return left + inset + x.at(value) * (right - left - 2 * inset);
  }

  private double py(double value) {
    return bottom - y.at(value) * (bottom - top);
  }

  /** The middle of each label and the row it stands in, so that none covers another. */
  private List<double[]> placesOfIntervalLabels() {
    List<double[]> places = new ArrayList<>();
    List<double[]> taken = new ArrayList<>(); // from, to, row
    for (Interval interval : intervals) {
      String label = canvas.fit(interval.label(), canvas.layout().width());
      double width = canvas.textWidth(label);
      double middle = canvas.inside((px(interval.from()) + px(interval.to())) / 2, label);
      double from = middle - width / 2 - 6;
      double to = middle + width / 2 + 6;
      int row = 0;
      while (collides(taken, from, to, row)) {
        row++;
      }
      taken.add(new double[] {from, to, row});
      places.add(new double[] {middle, row});
    }
    return places;
  }

  private static boolean collides(List<double[]> taken, double from, double to, int row) {
    return taken.stream().anyMatch(t -> t[2] == row && from < t[1] && t[0] < to);
  }

  private void drawIntervals(List<double[]> places, double rows) {
    double step = canvas.letters() * 1.35;
    for (int i = 0; i < intervals.size(); i++) {
      Interval interval = intervals.get(i);
      double from = px(interval.from());
      double roof = top - (rows - places.get(i)[1]) * step;
      canvas.rect("interval", from, top, px(interval.to()) - from, bottom - top);
      if (!interval.label().isEmpty()) {
        String label = canvas.fit(interval.label(), canvas.layout().width());
        canvas.text("note mid", places.get(i)[0], roof + canvas.letters() * 0.95, label);
      }
    }
  }

  private void drawGrid() {
    for (Ruler.Tick tick : y.ticks()) {
      double at = py(tick.value());
      canvas.line(tick.value() == 0 ? "grid zero" : "grid", left, at, right, at);
      canvas.text("tick end", left - 7, at + canvas.letters() * 0.34, tick.label());
    }
    if (y.isBroken()) {
      double at = bottom - y.breakAt() * (bottom - top);
      canvas.line("break", left, at, right, at);
    }
    canvas.line("grid zero", left, bottom, right, bottom);
    double base = bottom + canvas.letters() * 1.35;
    double free = Double.NEGATIVE_INFINITY;
    // Room for the last label is kept: on the percentile axis it is the maximum.
    Ruler.Tick last = x.ticks().isEmpty() ? null : x.ticks().getLast();
    double end = last == null ? 0 : px(last.value()) - canvas.textWidth(last.label()) / 2;
    for (Ruler.Tick tick : x.ticks()) {
      double at = px(tick.value());
      double half = canvas.textWidth(tick.label()) / 2;
      canvas.line("division", at, bottom, at, bottom + 4);
      if (tick.equals(last) || (at - half > free + 5 && at + half < end - 5)) {
        canvas.text("tick mid", canvas.inside(at, tick.label()), base + 3, tick.label());
        free = at + half;
      }
    }
    canvas.text(
        "axis mid",
        (left + right) / 2,
        base + canvas.letters() * 1.5,
        canvas.fit(x.title(), right - left));
  }

  private void drawReferences() {
    for (Reference reference : references) {
      double at = py(reference.value());
      canvas.line("reference", left, at, right, at);
      String label = canvas.fit(reference.label(), right - left - 8);
      double width = canvas.textWidth(label);
      boolean above = at - canvas.letters() * 1.5 > top;
      double base = above ? at - 5 : at + canvas.letters() * 1.15;
      double middle = emptiest(width, base);
      canvas.text("note mid halo", middle, base, label);
    }
  }

  /** Where along a reference line its label covers the fewest points of data. */
  private double emptiest(double width, double base) {
    double best = right - width / 2 - 4;
    long fewest = Long.MAX_VALUE;
    for (double share : new double[] {1, 0, 0.5, 0.75, 0.25}) {
      double middle = left + width / 2 + 4 + share * (right - left - width - 8);
      long covered =
          series.stream()
              .flatMap(line -> line.points().stream())
              .filter(point -> !point.isGap())
              .filter(point -> Math.abs(px(point.x()) - middle) < width / 2 + 4)
              .filter(point -> Math.abs(py(point.y()) - base + 4) < canvas.letters())
              .count();
      if (covered < fewest) {
        fewest = covered;
        best = middle;
      }
    }
    return best;
  }

  private void drawSeries(int index) {
    Series line = series.get(index);
    Palette.Look look = canvas.look(line.name());
    canvas.startSeries("series", index, line.name());
    for (List<double[]> stretch : stretches(line.points())) {
      if (stretch.stream().anyMatch(corner -> corner[2] != corner[3])) {
        canvas.path("band", band(stretch), "");
      }
      if (stretch.size() > 1) {
        canvas.path("line", outline(stretch, 1), look.dash());
      } else {
        double[] alone = stretch.getFirst();
        canvas.line("stroke", alone[0], alone[2], alone[0], alone[3]);
      }
    }
    drawMarkers(index, line.points(), look.marker());
    canvas.end();
  }

  /**
   * What lies between two gaps, as corners on the drawing: x, and y of value, low and high. A step
   * is two corners.
   */
  private List<List<double[]>> stretches(List<Point> points) {
    List<List<double[]>> stretches = new ArrayList<>();
    List<double[]> stretch = new ArrayList<>();
    for (int i = 0; i < points.size(); i++) {
      Point point = points.get(i);
      if (point.isGap()) {
        stretches.add(stretch);
        stretch = new ArrayList<>();
        continue;
      }
      stretch.add(corner(point.x(), point));
      if (inSteps) {
        stretch.add(corner(endOfStep(points, i), point));
      }
    }
    stretches.add(stretch);
    stretches.removeIf(List::isEmpty);
    return stretches;
  }

  private double[] corner(double at, Point point) {
    return new double[] {px(at), py(point.y()), py(point.low()), py(point.high())};
  }

  /**
   * Where the value of a point ends to hold: at the next point, or after as long as the last one.
   */
  private static double endOfStep(List<Point> points, int index) {
    if (index + 1 < points.size()) {
      return points.get(index + 1).x();
    }
    double at = points.get(index).x();
    return at + (index == 0 ? 1 : at - points.get(index - 1).x());
  }

  private static String outline(List<double[]> corners, int which) {
    StringBuilder path = new StringBuilder();
    for (double[] corner : corners) {
      path.append(path.isEmpty() ? 'M' : 'L')
          .append(Canvas.n(corner[0]))
          .append(' ')
          .append(Canvas.n(corner[which]));
    }
    return path.toString();
  }

  private static String band(List<double[]> corners) {
    return outline(corners, 3) + "L" + outline(corners.reversed(), 2).substring(1) + "Z";
  }

  /**
   * Markers far enough apart to be told from the line; a point alone between gaps always has one.
   */
  private void drawMarkers(int index, List<Point> points, Palette.Marker marker) {
    double next = left + index * MARKER_STAGGER % MARKER_SPACING - 0.01;
    boolean few = points.size() <= (right - left) / 2 / MARKER_SPACING;
    for (int i = 0; i < points.size(); i++) {
      Point point = points.get(i);
      if (point.isGap()) {
        continue;
      }
      boolean alone =
          (i == 0 || points.get(i - 1).isGap())
              && (i == points.size() - 1 || points.get(i + 1).isGap());
      double at = inSteps ? (px(point.x()) + px(endOfStep(points, i))) / 2 : px(point.x());
      if (few || alone || at >= next) {
        canvas.marker(marker, at, py(point.y()));
        next = at + MARKER_SPACING;
      }
    }
  }

  /** Names at the lines' right ends, pushed apart where they would cover each other. */
  private void drawLabelsBeside() {
    record Label(int index, double anchorX, double anchorY) {}
    List<Label> labels = new ArrayList<>();
    for (int i = 0; i < series.size(); i++) {
      List<double[]> corners =
          stretches(series.get(i).points()).stream().flatMap(List::stream).toList();
      double[] last = corners.isEmpty() ? new double[] {left, bottom} : corners.getLast();
      labels.add(new Label(i, last[0], last[1]));
    }
    labels.sort(Comparator.comparingDouble(Label::anchorY).thenComparingInt(Label::index));
    double[] places =
        spread(
            labels.stream().mapToDouble(Label::anchorY).toArray(),
            canvas.letters() * 1.5,
            top + 4,
            bottom - 4);
    for (int i = 0; i < places.length; i++) {
      Label label = labels.get(i);
      Series line = series.get(label.index());
      // Not across the plot: the leader of a line that ends early would look like data.
      if (right - label.anchorX() < 40) {
        canvas.startSeries("series", label.index(), line.name());
        canvas.line("leader", label.anchorX() + 5, label.anchorY(), right + 20, places[i]);
        canvas.end();
      }
      canvas.key(
          label.index(), line.name(), right + 23, places[i] + canvas.letters() * 0.36, false);
    }
  }

  /**
   * Moves ascending places as little as is simple until neighbours are far enough apart and all lie
   * within bounds: runs of crowded places become blocks around their mean.
   */
  static double[] spread(double[] wanted, double distance, double low, double high) {
    int count = wanted.length;
    double[] places = wanted.clone();
    List<int[]> blocks = new ArrayList<>(); // first, last
    for (int i = 0; i < count; i++) {
      int[] block = {i, i};
      blocks.add(block);
      while (true) {
        block = blocks.getLast();
        double mean = 0;
        for (int k = block[0]; k <= block[1]; k++) {
          mean += wanted[k];
        }
        int size = block[1] - block[0] + 1;
        double first = mean / size - distance * (size - 1) / 2;
        first = Math.max(low, Math.min(first, high - distance * (size - 1)));
        for (int k = block[0]; k <= block[1]; k++) {
          places[k] = first + distance * (k - block[0]);
        }
        if (block[0] == 0 || places[block[0]] - places[block[0] - 1] >= distance - 1e-9) {
          break;
        }
        blocks.removeLast();
        blocks.getLast()[1] = block[1];
      }
    }
    return places;
  }

  /** Columns that tell the values at a place: as a tooltip without the script, at once with it. */
  private void drawHits() {
    TreeSet<Double> all = new TreeSet<>();
    series.forEach(line -> line.points().forEach(point -> all.add(point.x())));
    List<Double> places = new ArrayList<>();
    for (double place : all) {
      if (places.isEmpty() || px(place) - px(places.getLast()) >= NARROWEST_HIT) {
        places.add(place);
      }
    }
    canvas.body().start("g", "class", "hits");
    for (int i = 0; i < places.size(); i++) {
      double at = px(places.get(i));
      double from = inSteps ? at : i == 0 ? left : (px(places.get(i - 1)) + at) / 2;
      double next = i == places.size() - 1 ? right : px(places.get(i + 1));
      double to = inSteps || i == places.size() - 1 ? next : (at + next) / 2;
      canvas
          .body()
          .start(
              "rect",
              "x",
              Canvas.n(from),
              "y",
              Canvas.n(top),
              "width",
              Canvas.n(to - from),
              "height",
              Canvas.n(bottom - top),
              "data-at",
              Canvas.n(inSteps ? (from + to) / 2 : at))
          .element("title", readOut(places.get(i)))
          .end();
    }
    canvas.end();
  }

  private String readOut(double place) {
    StringBuilder text = new StringBuilder(placeName.apply(place));
    for (Series line : series) {
      for (Point point : line.points()) {
        if (point.x() == place) {
          text.append('\n').append(line.name()).append(": ").append(Summary.value(point, unit));
        }
      }
    }
    return text.toString();
  }

  private static int divisions(Layout layout) {
    return layout.isNarrow() ? 5 : 6;
  }

  private static List<Double> values(List<Series> series, List<Reference> references) {
    List<Double> values = new ArrayList<>();
    for (Series line : series) {
      for (Point point : line.points()) {
        if (!point.isGap()) {
          values.add(point.low());
          values.add(point.high());
        }
      }
    }
    references.forEach(reference -> values.add(reference.value()));
    return values;
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
