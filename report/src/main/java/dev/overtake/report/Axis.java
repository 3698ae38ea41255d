// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

/**
 * What an axis measures and how it is divided. Its range follows from the data.
 *
 * @param label what is measured, without the unit; not blank
 * @param unit in which
 * @param scale how it is divided
 */
public record Axis(String label, Unit unit, Scale scale) {
  /** How an axis is divided. */
  public enum Scale {
    /** Equal differences take equal lengths. */
    LINEAR,
    /** Equal ratios take equal lengths; zero has a place of its own at the axis' beginning. */
    LOG
  }

  /**
   * Checks the label.
   *
   * @throws IllegalArgumentException if it is blank
   */
  public Axis {
    Checks.notBlank("label", label);
  }

  /**
   * An axis on which equal differences take equal lengths.
   *
   * @param label what is measured, without the unit
   * @param unit in which
   * @return the axis
   */
  public static Axis linear(String label, Unit unit) {
    return new Axis(label, unit, Scale.LINEAR);
  }

  /**
   * An axis on which equal ratios take equal lengths.
   *
   * @param label what is measured, without the unit
   * @param unit in which
   * @return the axis
   */
  public static Axis log(String label, Unit unit) {
    return new Axis(label, unit, Scale.LOG);
  }

  void check(double value) {
    if (scale == Scale.LOG && value < 0) {
      throw new IllegalArgumentException(
          "values on a log axis must be at least 0: axis=" + label + ", value=" + value);
    }
  }
}
