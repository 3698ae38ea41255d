// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * One line of a chart.
 *
 * @param name what it is, for instance a model; decides its colour, dash and marker; not blank
 * @param points in ascending order of x
 */
public record Series(String name, List<Point> points) {
  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if the name is blank or x goes back
   */
  public Series {
    Checks.notBlank("name", name);
    points = List.copyOf(points);
    for (int i = 1; i < points.size(); i++) {
      if (points.get(i).x() < points.get(i - 1).x()) {
        throw new IllegalArgumentException(
            "points must be in ascending order of x: series=" + name + ", x=" + points.get(i).x());
      }
    }
  }

  static List<Series> copyOf(List<Series> series) {
    Set<String> names = new HashSet<>();
    for (Series line : series) {
      if (!names.add(line.name())) {
        throw new IllegalArgumentException("names of series must differ: name=" + line.name());
      }
    }
    return List.copyOf(series);
  }
}
