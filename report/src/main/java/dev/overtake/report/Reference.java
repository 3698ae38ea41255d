// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

/**
 * A line across a chart at a value known from elsewhere.
 *
 * @param value where, in the unit of the value axis
 * @param label a few words beside it, for instance {@code the article: 100}; not blank
 */
public record Reference(double value, String label) {
  /**
   * Checks both.
   *
   * @throws IllegalArgumentException if the value is not finite or the label blank
   */
  public Reference {
    Checks.finite("value", value);
    Checks.notBlank("label", label);
  }
}
