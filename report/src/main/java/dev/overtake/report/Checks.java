// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

/** Rules that records of the document share. */
final class Checks {
  private Checks() {}

  static void notBlank(String name, String value) {
    if (value.isBlank()) {
      throw new IllegalArgumentException(name + " must not be blank: " + name + "=" + value);
    }
  }

  static void finite(String name, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(name + " must be a finite number: " + name + "=" + value);
    }
  }
}
