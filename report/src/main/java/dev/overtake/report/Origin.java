// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

/**
 * Where a figure comes from, printed beneath every chart.
 *
 * @param run the run's id, for instance the name of its directory; not blank
 * @param command what to type to measure it again; not blank
 */
public record Origin(String run, String command) {
  /**
   * Checks both.
   *
   * @throws IllegalArgumentException if one of them is blank
   */
  public Origin {
    Checks.notBlank("run", run);
    Checks.notBlank("command", command);
  }
}
