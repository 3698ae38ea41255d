// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class DrawingTest {
  private static final Origin ORIGIN = new Origin("run-1", "./overtake lab");
  private static final Axis TIME = Axis.linear("time", Unit.SECONDS);
  private static final Unit RATE = Unit.of("requests/s");
  private static final Pattern CORNER = Pattern.compile("[ML](-?[0-9.]+) (-?[0-9.]+)");

  @Test
  void lineGoesThroughItsPoints() {
    Document svg = draw(lines(Axis.linear("rate", RATE), Point.of(0, 0), Point.of(10, 100)));
    List<double[]> corners = corners(Xml.elements(svg, "path", "line").getFirst());
    assertThat(corners.getFirst()[0]).isEqualTo(at(svg, "0"), within(0.01));
    assertThat(corners.getLast()[0]).isEqualTo(at(svg, "10"), within(0.01));
    assertThat(corners.getFirst()[1]).isEqualTo(height(svg, "0"), within(0.01));
    assertThat(corners.getLast()[1]).isEqualTo(height(svg, "100"), within(0.01));
  }

  @Test
  void intervalIsShadedWhereItIs() {
    LineChart chart =
        lines(Axis.linear("rate", RATE), Point.of(0, 5), Point.of(30, 5))
            .withIntervals(List.of(new Interval(10, 20, "8 hogs")));
    Document svg = draw(chart);
    Element shade = Xml.elements(svg, "rect", "interval").getFirst();
    assertThat(Xml.number(shade, "x")).isEqualTo(at(svg, "10"), within(0.01));
    assertThat(Xml.number(shade, "x") + Xml.number(shade, "width"))
        .isEqualTo(at(svg, "20"), within(0.02));
    Element label = Xml.elements(svg, "text", "note").getFirst();
    assertThat(label.getTextContent()).isEqualTo("8 hogs");
    assertThat(Xml.number(label, "x")).isEqualTo(at(svg, "15"), within(0.02));
  }

  @Test
  void labelsOfNeighbouringIntervalsDoNotCoverEachOther() {
    LineChart chart =
        lines(Axis.linear("rate", RATE), Point.of(0, 5), Point.of(30, 5))
            .withIntervals(
                List.of(new Interval(10, 11, "a long label"), new Interval(12, 13, "another one")));
    List<Element> labels = Xml.elements(draw(chart), "text", "note");
    assertThat(labels).extracting(label -> Xml.number(label, "y")).doesNotHaveDuplicates();
  }

  @Test
  void gapInterruptsTheLineAndAPointBetweenGapsIsMarked() {
    LineChart chart =
        lines(
            Axis.linear("rate", RATE),
            Point.of(0, 5),
            Point.of(1, 6),
            Point.gap(2),
            Point.of(3, 7),
            Point.gap(4),
            Point.of(5, 5),
            Point.of(6, 5));
    Document svg = draw(chart);
    // One stretch each side, and the sample of the key.
    assertThat(Xml.elements(svg, "path", "line")).hasSize(3);
    assertThat(Xml.elements(svg, "rect", "mark"))
        .anyMatch(mark -> Math.abs(Xml.number(mark, "x") + 3.3 - at(svg, "3")) < 0.1);
  }

  @Test
  void zeroIsDrawnAtTheBottomOfALogAxis() {
    Document svg =
        draw(
            lines(Axis.log("rate", RATE), Point.of(0, 20_000), Point.of(1, 0), Point.of(2, 9_000)));
    List<double[]> corners = corners(Xml.elements(svg, "path", "line").getFirst());
    assertThat(corners).hasSize(3);
    assertThat(corners.get(1)[1]).isEqualTo(height(svg, "0"), within(0.01));
    assertThat(corners.get(1)[1]).isGreaterThan(corners.get(0)[1]);
    assertThat(Xml.elements(svg, "line", "break")).hasSize(1);
  }

  @Test
  void stepHoldsItsValueUntilTheNextPointAndTheLastOneAsLong() {
    Document svg =
        draw(lines(Axis.linear("rate", RATE), Point.of(0, 10), Point.of(2, 5)).inSteps());
    List<double[]> corners = corners(Xml.elements(svg, "path", "line").getFirst());
    assertThat(corners).hasSize(4);
    String[] places = {"0", "2", "2", "4"};
    for (int i = 0; i < places.length; i++) {
      assertThat(corners.get(i)[0]).isEqualTo(at(svg, places[i]), within(0.02));
    }
    assertThat(corners.get(1)[1]).isEqualTo(corners.get(0)[1]);
    assertThat(corners.get(2)[1]).isGreaterThan(corners.get(1)[1]);
  }

  @Test
  void bandReachesFromTheSmallestToTheLargest() {
    Document svg =
        draw(
            lines(
                Axis.linear("rate", RATE),
                Point.spread(0, 20, 50, 80),
                Point.spread(10, 40, 60, 100)));
    List<double[]> corners = corners(Xml.elements(svg, "path", "band").getFirst());
    assertThat(corners).hasSize(4);
    assertThat(corners.get(0)[1]).isEqualTo(height(svg, "80"), within(0.01));
    assertThat(corners.get(1)[1]).isEqualTo(height(svg, "100"), within(0.01));
    assertThat(corners.get(2)[1]).isEqualTo(height(svg, "40"), within(0.01));
    assertThat(corners.get(3)[1]).isEqualTo(height(svg, "20"), within(0.01));
  }

  @Test
  void referenceLineLiesAtItsValue() {
    LineChart chart =
        lines(Axis.linear("rate", RATE), Point.of(0, 5), Point.of(10, 100))
            .withReferences(List.of(new Reference(40, "the article: 40")));
    Document svg = draw(chart);
    assertThat(Xml.number(Xml.elements(svg, "line", "reference").getFirst(), "y1"))
        .isEqualTo(height(svg, "40"), within(0.01));
  }

  @Test
  void readOutNamesEveryValueAtItsPlace() {
    Document svg = draw(lines(Axis.linear("rate", RATE), Point.of(0, 5), Point.gap(1)));
    assertThat(Xml.elements(svg, "title"))
        .extracting(title -> title.getTextContent().replace('\u00a0', ' '))
        .contains("time 0 s\nthreads: 5.000 requests/s", "time 1 s\nthreads: no data");
  }

  @Test
  void namesBesideTheLinesKeepTheirDistance() {
    double[] places = LineDrawing.spread(new double[] {10, 11, 11, 90, 300}, 20, 0, 300);
    assertThat(places).isSorted();
    for (int i = 1; i < places.length; i++) {
      assertThat(places[i] - places[i - 1]).isGreaterThanOrEqualTo(20 - 1e-9);
    }
    assertThat(places[0]).isGreaterThanOrEqualTo(0);
    assertThat(places[4]).isLessThanOrEqualTo(300);
    assertThat(places[3]).isEqualTo(90);
  }

  @Test
  void chartWithoutAnyDataSaysSo() {
    Document svg = draw(lines(Axis.log("rate", RATE), Point.gap(0), Point.gap(5)));
    assertThat(Xml.elements(svg, "text", "missing").getFirst().getTextContent())
        .isEqualTo("no data");
  }

  @Test
  void barsAreAsLongAsTheirValues() {
    Document svg =
        draw(
            new BarChart(
                "t",
                "",
                Axis.linear("rate", RATE),
                List.of(
                    BarChart.Group.of("threads", 90, 100, 110),
                    BarChart.Group.of("virtual", 0, 0, 0),
                    BarChart.Group.of("overtake", 180, 200, 210)),
                ORIGIN));
    List<Element> bars = Xml.elements(svg, "rect", "bar");
    double one = Xml.number(bars.get(0), "width");
    assertThat(Xml.number(bars.get(2), "width")).isEqualTo(2 * one, within(0.02));
    assertThat(Xml.number(bars.get(1), "width")).isPositive().isLessThan(4);
    assertThat(Xml.elements(svg, "text", "value"))
        .extracting(Element::getTextContent)
        .containsExactly("100 (90.0–110)", "0", "200 (180–210)");
    assertThat(Xml.elements(svg, "path", "whisker")).hasSize(4); // with the light one underneath
  }

  @Test
  void smallestBarOnALogAxisHasALength() {
    Document svg =
        draw(
            new BarChart(
                "t",
                "",
                Axis.log("bytes", Unit.BYTES),
                List.of(
                    BarChart.Group.of("threads", 1024, 1024, 1024),
                    BarChart.Group.of("virtual", 64, 64, 64)),
                ORIGIN));
    assertThat(Xml.elements(svg, "rect", "bar")).allMatch(bar -> Xml.number(bar, "width") > 20);
  }

  @Test
  void missingBarTellsItsReason() {
    Document svg = draw(Demo.bars(Axis.Scale.LINEAR));
    assertThat(Xml.elements(svg, "text", "missing"))
        .extracting(Element::getTextContent)
        .containsOnly("no python3 on this machine");
  }

  @Test
  void pictureAloneKeepsALongCommandWithinItsWidth() {
    Origin wordy = new Origin("run-1", "./overtake lab --out " + "some/where ".repeat(40).strip());
    Chart chart =
        new LineChart(
            "A title ".repeat(30), "", TIME, TIME, List.of(line("threads", Point.of(0, 1))), wordy);
    Document svg = draw(chart, Layout.ALONE);
    assertThat(Xml.elements(svg, "text", "origin")).hasSizeGreaterThan(2);
    assertThat(Xml.elements(svg, "text", "heading")).hasSizeGreaterThan(1);
  }

  /** Whatever is drawn stays inside the picture, and nothing is NaN. */
  @Test
  void anyChartStaysInsideItsFrame() {
    Random random = new Random(2026);
    for (int round = 0; round < 200; round++) {
      Chart chart = random(random);
      for (Layout layout : List.of(Layout.DESK, Layout.PHONE, Layout.ALONE)) {
        String svg = Drawing.of(chart, layout, new Palette(Drawing.names(chart)), "c");
        assertThat(svg).as("%s", chart).doesNotContain("NaN", "Infinity");
        assertInside(Xml.parse(svg), chart.toString());
      }
    }
  }

  private static void assertInside(Document svg, String what) {
    String[] box = svg.getDocumentElement().getAttribute("viewBox").split(" ", -1);
    double left = Double.parseDouble(box[0]) - 0.02;
    double top = Double.parseDouble(box[1]) - 0.02;
    double right = left + Double.parseDouble(box[2]) + 0.04;
    double bottom = top + Double.parseDouble(box[3]) + 0.04;
    for (Element text : Xml.elements(svg, "text")) {
      double width = TextWidth.of(text.getTextContent(), 12);
      List<String> kinds = List.of(text.getAttribute("class").split(" ", -1));
      double share = kinds.contains("end") ? 1 : kinds.contains("mid") ? 0.5 : 0;
      double begin = Xml.number(text, "x") - share * width;
      assertThat(begin).as("%s in %s", text.getTextContent(), what).isGreaterThan(left - 8);
      assertThat(begin + width).as("%s in %s", text.getTextContent(), what).isLessThan(right + 8);
    }
    for (Element element : Xml.elements(svg, "*")) {
      for (String name : List.of("x", "x1", "x2", "cx")) {
        if (element.hasAttribute(name)) {
          assertThat(Xml.number(element, name)).as(what).isBetween(left, right);
        }
      }
      for (String name : List.of("y", "y1", "y2", "cy")) {
        if (element.hasAttribute(name)) {
          assertThat(Xml.number(element, name)).as(what).isBetween(top, bottom);
        }
      }
      if (element.hasAttribute("width")) {
        assertThat(Xml.number(element, "width")).as(what).isNotNegative();
        assertThat(Xml.number(element, "x") + Xml.number(element, "width"))
            .as(what)
            .isLessThan(right);
      }
      for (double[] corner : corners(element)) {
        assertThat(corner[0]).as(what).isBetween(left, right);
        assertThat(corner[1]).as(what).isBetween(top, bottom);
      }
    }
  }

  private static Chart random(Random random) {
    List<Unit> units = List.of(RATE, Unit.SECONDS, Unit.BYTES, Unit.FRACTION, Unit.NONE);
    Axis.Scale scale = scale(random);
    Axis y = new Axis("what is measured", units.get(random.nextInt(units.size())), scale);
    double size = Math.pow(10, random.nextInt(-9, 12));
    int kind = random.nextInt(3);
    int count = random.nextInt(12);
    if (kind == 0) {
      List<BarChart.Group> groups = new ArrayList<>();
      for (int g = 0; g < count; g++) {
        List<BarChart.Bar> bars = new ArrayList<>();
        for (int b = 0; b < random.nextInt(4); b++) {
          Point p = value(random, 0, size, scale);
          bars.add(
              p.isGap()
                  ? BarChart.Bar.missing("series " + b, "for a reason that takes a few words")
                  : BarChart.Bar.spread("series " + b, p.low(), p.y(), p.high()));
        }
        groups.add(new BarChart.Group("group ".repeat(1 + random.nextInt(12)) + g, bars));
      }
      return new BarChart("t", "", y, groups, references(random, size), ORIGIN);
    }
    List<Series> series = new ArrayList<>();
    for (int s = 0; s < count; s++) {
      List<Point> points = new ArrayList<>();
      int length = random.nextInt(40);
      for (int i = 0; i < length; i++) {
        double place = kind == 1 ? i * size : 100 - 100 / Math.pow(2, i);
        points.add(value(random, i == 39 && kind == 2 ? 100 : place, size, scale));
      }
      series.add(new Series("series ".repeat(1 + random.nextInt(8)) + s, points));
    }
    if (kind == 2) {
      return new PercentileChart("t", "", y, series, references(random, size), ORIGIN);
    }
    Axis x = new Axis("place", units.get(random.nextInt(5)), scale(random));
    LineChart chart =
        new LineChart("t", "", x, y, series, ORIGIN)
            .withReferences(references(random, size))
            .withIntervals(List.of(new Interval(size, size * (1 + random.nextInt(9)), "hogs")));
    return random.nextBoolean() ? chart : chart.inSteps();
  }

  private static Axis.Scale scale(Random random) {
    return random.nextBoolean() ? Axis.Scale.LINEAR : Axis.Scale.LOG;
  }

  private static Point value(Random random, double x, double size, Axis.Scale scale) {
    if (random.nextInt(8) == 0) {
      return Point.gap(x);
    }
    if (random.nextInt(8) == 0) {
      return Point.of(x, 0);
    }
    double sign = scale == Axis.Scale.LINEAR && random.nextInt(8) == 0 ? -1 : 1;
    double low = sign * size * random.nextDouble();
    return Point.spread(x, low, low + size * 0.1, low + size * random.nextDouble(0.1, 1));
  }

  private static List<Reference> references(Random random, double size) {
    return random.nextBoolean() ? List.of() : List.of(new Reference(size, "a figure of others"));
  }

  private static Series line(String name, Point... points) {
    return new Series(name, List.of(points));
  }

  private static LineChart lines(Axis y, Point... points) {
    return new LineChart("t", "", TIME, y, List.of(line("threads", points)), ORIGIN);
  }

  private static Document draw(Chart chart) {
    return draw(chart, Layout.DESK);
  }

  private static Document draw(Chart chart, Layout layout) {
    return Xml.parse(Drawing.of(chart, layout, new Palette(Drawing.names(chart)), "c"));
  }

  /** Where the x axis shows a number, interpolated from the labels of its divisions. */
  private static double at(Document svg, String number) {
    return place(svg, "mid", "x", Double.parseDouble(number));
  }

  /** Where the y axis shows a number. */
  private static double height(Document svg, String number) {
    if (number.equals("0") && !Xml.elements(svg, "line", "break").isEmpty()) {
      return Xml.elements(svg, "line", "zero").stream()
          .mapToDouble(line -> Xml.number(line, "y1"))
          .max()
          .orElseThrow();
    }
    // Texts stand a little below the line they label.
    return place(svg, "end", "y", Double.parseDouble(number)) - 13 * 0.34;
  }

  private static double place(Document svg, String kind, String coordinate, double number) {
    List<Element> labels =
        Xml.elements(svg, "text", "tick").stream()
            .filter(text -> text.getAttribute("class").endsWith(kind))
            .toList();
    Element first = labels.getFirst();
    Element last = labels.getLast();
    double from = Double.parseDouble(first.getTextContent().replace(",", ""));
    double to = Double.parseDouble(last.getTextContent().replace(",", ""));
    double share = (number - from) / (to - from);
    return Xml.number(first, coordinate)
        + share * (Xml.number(last, coordinate) - Xml.number(first, coordinate));
  }

  private static List<double[]> corners(Element path) {
    List<double[]> corners = new ArrayList<>();
    Matcher matcher = CORNER.matcher(path.getAttribute("d"));
    while (matcher.find()) {
      corners.add(
          new double[] {
            Double.parseDouble(matcher.group(1)), Double.parseDouble(matcher.group(2))
          });
    }
    return corners;
  }
}
