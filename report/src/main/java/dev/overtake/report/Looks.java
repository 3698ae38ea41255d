// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import java.util.List;
import java.util.Locale;

/**
 * How series look in the report, for whoever draws them elsewhere: a model has the same colour,
 * dash and marker everywhere (decision 0031).
 */
public final class Looks {
  private Looks() {}

  /**
   * Returns the style sheet that gives the colours their values, by day and by night.
   *
   * @return CSS that defines {@code --c0} to {@code --c7}, {@code --paper}, {@code --ink} and the
   *     other colours of a page
   */
  public static String styleSheet() {
    return Resource.text("colours.css");
  }

  /**
   * Gives each series its look.
   *
   * @param names all that may be drawn side by side, in order
   * @return as many looks, in the same order
   */
  public static List<Look> of(List<String> names) {
    Palette palette = new Palette(names);
    return names.stream()
        .map(name -> {
          Palette.Look look = palette.of(name);
          String marker = look.marker().name().toLowerCase(Locale.ROOT).replace('_', '-');
          return new Look(name, "--" + look.paint(), look.dash(), marker);
        })
        .toList();
  }

  /**
   * The look of one series.
   *
   * @param name whose it is
   * @param colour the name of a variable of the style sheet
   * @param dash lengths of strokes and gaps, separated by blanks; empty for a solid line
   * @param marker {@code disc}, {@code square}, {@code triangle}, {@code diamond}, {@code
   *     triangle-down}, {@code cross}, {@code ring} or {@code box}
   */
  public record Look(String name, String colour, String dash, String marker) {}
}
