// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import java.util.List;

/**
 * Horizontal bars in groups, with their values as labels and a whisker from minimum to maximum.
 *
 * <p>Bars begin at zero; on a log axis they begin at a power of ten below the smallest value, and a
 * zero is a mark at the axis.
 *
 * @param title the heading; not blank
 * @param description the chart in words, for those who do not see it
 * @param value the axis the bars lie along
 * @param groups from top to bottom
 * @param references vertical lines, for instance the article's figure
 * @param origin the run and its command
 */
public record BarChart(
    String title,
    String description,
    Axis value,
    List<Group> groups,
    List<Reference> references,
    Origin origin)
    implements Chart {
  /**
   * Bars that belong together, such as one model calm and loaded.
   *
   * @param name shown left of the bars
   * @param bars from top to bottom
   */
  public record Group(String name, List<Bar> bars) {
    /** Copies the list. */
    public Group {
      bars = List.copyOf(bars);
    }

    /**
     * A group of one bar that bears the group's name.
     *
     * @param name of the group and of the bar's series
     * @param min the smallest of the repeated runs
     * @param median what the bar shows
     * @param max the largest of the repeated runs
     * @return the group
     */
    public static Group of(String name, double min, double median, double max) {
      return new Group(name, List.of(Bar.spread(name, min, median, max)));
    }
  }

  /**
   * One bar.
   *
   * @param series whose colour it has
   * @param value its length; NaN if there is none
   * @param low where the whisker begins; equal to the value if there was one run
   * @param high where the whisker ends
   * @param missing why there is no value; empty if there is one
   */
  public record Bar(String series, double value, double low, double high, String missing) {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if low, value and high are not finite and in this order and
     *     no reason is given
     */
    public Bar {
      Checks.notBlank("series", series);
      if (missing.isEmpty()) {
        Point.checkSpread(low, value, high);
      }
    }

    /**
     * A bar of one run.
     *
     * @param series whose colour it has
     * @param value its length
     * @return the bar
     */
    public static Bar of(String series, double value) {
      return new Bar(series, value, value, value, "");
    }

    /**
     * A bar of repeated runs.
     *
     * @param series whose colour it has
     * @param min where the whisker begins
     * @param median its length
     * @param max where the whisker ends
     * @return the bar
     */
    public static Bar spread(String series, double min, double median, double max) {
      return new Bar(series, median, min, max, "");
    }

    /**
     * The place of a bar that could not be measured.
     *
     * @param series whose place it is
     * @param reason a few words, shown instead of the bar; not blank
     * @return the bar
     */
    public static Bar missing(String series, String reason) {
      Checks.notBlank("reason", reason);
      return new Bar(series, Double.NaN, Double.NaN, Double.NaN, reason);
    }
  }

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if the title is blank or a value on a log axis is negative
   */
  public BarChart {
    Checks.notBlank("title", title);
    groups = List.copyOf(groups);
    references = List.copyOf(references);
    for (Group group : groups) {
      for (Bar bar : group.bars()) {
        value.check(bar.low());
      }
    }
    for (Reference reference : references) {
      value.check(reference.value());
    }
  }

  /**
   * A chart without reference lines.
   *
   * @param title the heading; not blank
   * @param description the chart in words
   * @param value the axis the bars lie along
   * @param groups from top to bottom
   * @param origin the run and its command
   * @throws IllegalArgumentException as the full constructor
   */
  public BarChart(String title, String description, Axis value, List<Group> groups, Origin origin) {
    this(title, description, value, groups, List.of(), origin);
  }

  /**
   * The same chart with these vertical lines.
   *
   * @param references in any order
   * @return a new chart
   */
  public BarChart withReferences(List<Reference> references) {
    return new BarChart(title, description, value, groups, references, origin);
  }
}
