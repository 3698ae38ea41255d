// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import java.util.ArrayList;
import java.util.List;

/**
 * One SVG being drawn: the frame that all charts share (name, heading, keys, origin) and the shapes
 * they are made of. Used by one thread, finished once.
 */
final class Canvas {
  static final double KEY_LINE = 26;
  private static final double KEY_GAP = 16;

  private final Markup body = new Markup();
  private final Layout layout;
  private final Palette palette;

  Canvas(Layout layout, Palette palette) {
    this.layout = layout;
    this.palette = palette;
  }

  Layout layout() {
    return layout;
  }

  double letters() {
    return layout.letters();
  }

  double textWidth(String text) {
    return TextWidth.of(text, layout.letters());
  }

  Palette.Look look(String series) {
    return palette.of(series);
  }

  Markup body() {
    return body;
  }

  void line(String kind, double x1, double y1, double x2, double y2) {
    body.empty("line", "class", kind, "x1", n(x1), "y1", n(y1), "x2", n(x2), "y2", n(y2));
  }

  void rect(String kind, double x, double y, double width, double height) {
    body.empty("rect", "class", kind, "x", n(x), "y", n(y), "width", n(width), "height", n(height));
  }

  /** A text on its baseline; {@code kind} may hold {@code end} or {@code mid} for its anchor. */
  void text(String kind, double x, double y, String text) {
    body.element("text", text, "class", kind, "x", n(x), "y", n(y));
  }

  /** Begins what belongs to one series: colour for all inside, and the handle for hiding it. */
  void startSeries(String kind, int index, String series) {
    body.start(
        "g", "class", kind + " " + look(series).paint(), "data-series", Integer.toString(index));
  }

  void end() {
    body.end();
  }

  void marker(Palette.Marker marker, double x, double y) {
    double r = 3.6;
    switch (marker) {
      case DISC -> circle("mark", x, y, r);
      case RING -> circle("mark hollow", x, y, r);
      case SQUARE -> rect("mark", x - r + 0.3, y - r + 0.3, 2 * r - 0.6, 2 * r - 0.6);
      case BOX -> rect("mark hollow", x - r + 0.3, y - r + 0.3, 2 * r - 0.6, 2 * r - 0.6);
      case TRIANGLE -> polygon(x, y - r - 0.6, x + r + 0.4, y + r - 0.4, x - r - 0.4, y + r - 0.4);
      case TRIANGLE_DOWN ->
          polygon(x, y + r + 0.6, x + r + 0.4, y - r + 0.4, x - r - 0.4, y - r + 0.4);
      case DIAMOND -> polygon(x, y - r - 0.9, x + r + 0.9, y, x, y + r + 0.9, x - r - 0.9, y);
      case CROSS -> {
        line("stroke", x - r, y - r, x + r, y + r);
        line("stroke", x - r, y + r, x + r, y - r);
      }
    }
  }

  void path(String kind, String path, String dash) {
    if (dash.isEmpty()) {
      body.empty("path", "class", kind, "d", path);
    } else {
      body.empty("path", "class", kind, "stroke-dasharray", dash, "d", path);
    }
  }

  /** The text, or as much of its beginning as there is room for. */
  String fit(String text, double width) {
    if (textWidth(text) <= width) {
      return text;
    }
    int end = text.length();
    while (end > 0 && textWidth(text.substring(0, end) + "…") > width) {
      end = text.offsetByCodePoints(end, -1);
    }
    return text.substring(0, end).stripTrailing() + "…";
  }

  /** The place nearest to a wished one where a text in the middle stays inside the picture. */
  double inside(double middle, String text) {
    double half = textWidth(text) / 2;
    return Math.max(half, Math.min(layout.width() - half, middle));
  }

  /** The sample of a series with its name, the baseline at y. */
  void key(int index, String series, double x, double y, boolean asBar) {
    Palette.Look look = look(series);
    double middle = y - letters() * 0.36;
    startSeries("key", index, series);
    if (asBar) {
      rect("bar", x, middle - 5, 14, 10);
    } else {
      path("line", "M" + n(x) + " " + n(middle) + "h20", look.dash());
      marker(look.marker(), x + 10, middle);
    }
    double begin = x + (asBar ? 20 : KEY_LINE);
    text("name", begin, y, fit(series, layout.width() - begin));
    body.end();
  }

  /** Keys in rows from the left; returns the y beneath them. */
  double keys(List<String> series, double left, double top, boolean asBar) {
    double x = left;
    double y = top + letters();
    for (int i = 0; i < series.size(); i++) {
      double sample = asBar ? 20 : KEY_LINE;
      double width = sample + Math.min(textWidth(series.get(i)), layout.width() - sample);
      if (x > left && x + width > layout.width()) {
        x = left;
        y += letters() * 1.5;
      }
      key(i, series.get(i), x, y, asBar);
      x += width + KEY_GAP;
    }
    return y + letters() * 0.7;
  }

  /** Writes the heading, if this layout has one; returns the y beneath it. */
  double heading(String title) {
    if (!layout.isAlone()) {
      return 2;
    }
    double y = 2;
    for (String line : wrap(title, layout.width(), 18)) {
      y += 24;
      text("heading", 0, y, line);
    }
    return y + 12;
  }

  /** The finished drawing. */
  String finish(Chart chart, String summary, String id, double bottom) {
    double height = bottom;
    if (layout.isAlone()) {
      height += 10;
      List<String> lines = new ArrayList<>(wrap("run " + chart.origin().run(), layout.width(), 12));
      lines.addAll(wrap(chart.origin().command(), layout.width(), 12));
      for (String line : lines) {
        height += 17;
        text("origin", 0, height, line);
      }
      height += 8;
    }
    double margin = layout.isAlone() ? 24 : 0;
    Markup svg = new Markup();
    svg.start(
        "svg",
        "xmlns",
        "http://www.w3.org/2000/svg",
        "class",
        "chart " + layout.name(),
        "viewBox",
        n(-margin)
            + " "
            + n(-margin / 2)
            + " "
            + n(layout.width() + 2 * margin)
            + " "
            + n(height + margin),
        "role",
        "img",
        "aria-labelledby",
        id + "-title " + id + "-desc");
    svg.element("title", chart.title(), "id", id + "-title");
    svg.element("desc", (chart.description() + " " + summary).strip(), "id", id + "-desc");
    if (layout.isAlone()) {
      svg.start("style").trusted(Resource.text("colours.css") + Resource.text("chart.css")).end();
      svg.empty(
          "rect",
          "class",
          "paper",
          "x",
          n(-margin),
          "y",
          n(-margin / 2),
          "width",
          n(layout.width() + 2 * margin),
          "height",
          n(height + margin));
    }
    return svg.trusted(body.toString()).end().line().toString();
  }

  /** Breaks a text at blanks so that no line is wider than there is room. */
  static List<String> wrap(String text, double width, double letters) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (!line.isEmpty() && TextWidth.of(line + " " + word, letters) > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  static String n(double value) {
    return Markup.number(value);
  }

  private void circle(String kind, double x, double y, double r) {
    body.empty("circle", "class", kind, "cx", n(x), "cy", n(y), "r", n(r));
  }

  private void polygon(double... corners) {
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < corners.length; i += 2) {
      points.append(i == 0 ? "" : " ").append(n(corners[i])).append(',').append(n(corners[i + 1]));
    }
    body.empty("polygon", "class", "mark", "points", points.toString());
  }
}
