// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

/**
 * A name and a value, such as {@code kernel} and {@code 6.18.5}.
 *
 * @param name what it is; not blank
 * @param value what it was in this run
 */
public record Fact(String name, String value) {
  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException if the name is blank
   */
  public Fact {
    Checks.notBlank("name", name);
  }
}
