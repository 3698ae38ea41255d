// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which cores the load generator and the server run on.
 *
 * <p>A thread's priority acts inside one scheduling group only, and a generator that shares cores
 * with the server competes with it: so every figure states its placement. See decision 0050.
 *
 * @param kind whether the two share cores
 * @param serverCores how many cores the server gets when separate; 0 means all but the generator's
 */
public record Placement(Kind kind, int serverCores) {
  /** Whether generator and server share cores. */
  public enum Kind {
    /** The generator has one core, the server others, as if on two machines. */
    SEPARATE,
    /** Both share all cores, in one scheduling group. */
    SHARED
  }

  /** The generator on one core, the server on all others. */
  public static final Placement SEPARATE = new Placement(Kind.SEPARATE, 0);

  /** Both on all cores. */
  public static final Placement SHARED = new Placement(Kind.SHARED, 0);

  private static final Pattern SYNTAX = Pattern.compile("shared|separate(?::([1-9]\\d{0,3}))?");

  /**
   * Checks the number of cores.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public Placement {
    if (serverCores < 0) {
      throw new IllegalArgumentException(
          "serverCores must be at least 0: serverCores=" + serverCores);
    }
  }

  /**
   * Reads {@code shared}, {@code separate} or {@code separate:N}, N being the server's cores.
   *
   * @param text what the user wrote
   * @return the placement
   * @throws IllegalArgumentException with a line for the user, if it is none of these
   */
  public static Placement parse(String text) {
    Matcher syntax = SYNTAX.matcher(text);
    if (!syntax.matches()) {
      throw new IllegalArgumentException(
          "placement \"" + text + "\" is unknown; use separate, separate:N or shared");
    }
    if (text.equals("shared")) {
      return SHARED;
    }
    String cores = syntax.group(1);
    return new Placement(Kind.SEPARATE, cores == null ? 0 : Integer.parseInt(cores));
  }

  @Override
  public String toString() {
    String name = kind == Kind.SHARED ? "shared" : "separate";
    return serverCores == 0 ? name : name + ":" + serverCores;
  }
}
