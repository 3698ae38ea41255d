// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import java.util.List;

/**
 * Several series over time or another quantity, with shaded intervals and reference lines.
 *
 * <p>A linear y axis begins at zero unless values are negative. On a log axis a zero has a place of
 * its own below the smallest decade, so that a rate that falls to nothing is seen.
 *
 * @param title the heading; not blank
 * @param description the chart in words, for those who do not see it
 * @param x the horizontal axis
 * @param y the vertical axis
 * @param shape how points are joined
 * @param series the lines; their names differ
 * @param intervals shaded stretches of the x axis, for instance while hogs run
 * @param references horizontal lines, for instance the article's figure
 * @param origin the run and its command
 */
public record LineChart(
    String title,
    String description,
    Axis x,
    Axis y,
    Shape shape,
    List<Series> series,
    List<Interval> intervals,
    List<Reference> references,
    Origin origin)
    implements Chart {
  /** How the points of a series are joined. */
  public enum Shape {
    /** Straight from point to point. */
    LINE,
    /** Each value holds until the next point: for counts per interval, at the interval's start. */
    STEPS
  }

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if the title is blank, two series have the same name, or a
   *     value on a log axis is negative
   */
  public LineChart {
    Checks.notBlank("title", title);
    series = Series.copyOf(series);
    intervals = List.copyOf(intervals);
    references = List.copyOf(references);
    for (Series line : series) {
      for (Point point : line.points()) {
        x.check(point.x());
        y.check(point.low());
      }
    }
    for (Interval interval : intervals) {
      x.check(interval.from());
    }
    for (Reference reference : references) {
      y.check(reference.value());
    }
  }

  /**
   * A chart of straight lines with nothing shaded and no reference.
   *
   * @param title the heading; not blank
   * @param description the chart in words
   * @param x the horizontal axis
   * @param y the vertical axis
   * @param series the lines; their names differ
   * @param origin the run and its command
   * @throws IllegalArgumentException as the full constructor
   */
  public LineChart(
      String title, String description, Axis x, Axis y, List<Series> series, Origin origin) {
    this(title, description, x, y, Shape.LINE, series, List.of(), List.of(), origin);
  }

  /**
   * The same chart with these stretches shaded.
   *
   * @param intervals in any order; they may overlap
   * @return a new chart
   */
  public LineChart withIntervals(List<Interval> intervals) {
    return new LineChart(title, description, x, y, shape, series, intervals, references, origin);
  }

  /**
   * The same chart with these horizontal lines.
   *
   * @param references in any order
   * @return a new chart
   */
  public LineChart withReferences(List<Reference> references) {
    return new LineChart(title, description, x, y, shape, series, intervals, references, origin);
  }

  /**
   * The same chart drawn as steps: each value holds until the next point.
   *
   * @return a new chart
   */
  public LineChart inSteps() {
    return new LineChart(
        title, description, x, y, Shape.STEPS, series, intervals, references, origin);
  }
}
