// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import org.jspecify.annotations.Nullable;

/**
 * What a number counts, and so how it is written.
 *
 * <p>Seconds and bytes are written with the prefix that suits their size ({@code 412 µs}, {@code
 * 1.28 s}; {@code 8.2 GiB}); a fraction is written in percent. Others are written as they are.
 */
public final class Unit {
  /** Durations in seconds, written in ns, µs, ms, s, min or h. */
  public static final Unit SECONDS = new Unit("s", Kind.SECONDS);

  /** Sizes in bytes, written in B, KiB, MiB, GiB or TiB. */
  public static final Unit BYTES = new Unit("B", Kind.BYTES);

  /** Fractions, 1 being the whole, written in percent. */
  public static final Unit FRACTION = new Unit("%", Kind.FRACTION);

  /** Numbers without a unit, such as a count of clients whose axis says so. */
  public static final Unit NONE = new Unit("", Kind.PLAIN);

  enum Kind {
    PLAIN,
    SECONDS,
    BYTES,
    FRACTION
  }

  private final String symbol;
  private final Kind kind;

  private Unit(String symbol, Kind kind) {
    this.symbol = symbol;
    this.kind = kind;
  }

  /**
   * A unit whose numbers are written as they are.
   *
   * @param symbol for instance {@code requests/s}; not blank
   * @return the unit
   */
  public static Unit of(String symbol) {
    Checks.notBlank("symbol", symbol);
    return new Unit(symbol, Kind.PLAIN);
  }

  String symbol() {
    return symbol;
  }

  Kind kind() {
    return kind;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Unit unit && unit.kind == kind && unit.symbol.equals(symbol);
  }

  @Override
  public int hashCode() {
    return symbol.hashCode();
  }

  @Override
  public String toString() {
    return symbol;
  }
}
