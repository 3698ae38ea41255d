// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import java.util.ArrayList;
import java.util.List;

/** Any chart as SVG. */
final class Drawing {
  private Drawing() {}

  /**
   * Draws a chart.
   *
   * @param palette knows all names of the chart
   * @param id begins every id in the drawing, so that several fit one page
   */
  static String of(Chart chart, Layout layout, Palette palette, String id) {
    return switch (chart) {
      case LineChart c -> LineDrawing.draw(c, layout, palette, id);
      case PercentileChart c -> LineDrawing.draw(c, layout, palette, id);
      case BarChart c -> BarDrawing.draw(c, layout, palette, id);
    };
  }

  static List<String> names(Chart chart) {
    return switch (chart) {
      case LineChart c -> c.series().stream().map(Series::name).toList();
      case PercentileChart c -> c.series().stream().map(Series::name).toList();
      case BarChart c -> {
        List<String> names = new ArrayList<>();
        c.groups().forEach(group -> group.bars().forEach(bar -> names.add(bar.series())));
        yield names;
      }
    };
  }

  /** The mark of a series, to stand before its name in a table. */
  static String swatch(String series, Palette palette) {
    Canvas canvas = new Canvas(Layout.PHONE, palette);
    Palette.Look look = palette.of(series);
    canvas.body().start("g", "class", look.paint());
    canvas.path("line", "M2 6h20", look.dash());
    canvas.marker(look.marker(), 12, 6);
    canvas.end();
    return new Markup()
        .start("svg", "class", "chart swatch", "viewBox", "0 0 26 12", "aria-hidden", "true")
        .trusted(canvas.body().toString())
        .end()
        .toString();
  }
}
