// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PaletteTest {
  private static final Pattern COLOUR = Pattern.compile("--([a-z0-9]+): (#[0-9a-f]{6});");

  @Test
  void modelKeepsItsLookWhateverElseIsShown() {
    Palette alone = new Palette(List.of("overtake"));
    Palette crowd = new Palette(List.of("netty", "go", "threads", "overtake", "virtual"));
    assertThat(crowd.of("overtake")).isEqualTo(alone.of("overtake"));
  }

  @Test
  void oneFamilySharesItsColourAndDiffersInDashAndMarker() {
    Palette palette = new Palette(List.of("pool:4", "pool:8"));
    assertThat(palette.of("pool:8").paint()).isEqualTo(palette.of("pool:4").paint());
    assertThat(palette.of("pool:8").dash()).isNotEqualTo(palette.of("pool:4").dash());
    assertThat(palette.of("pool:8").marker()).isNotEqualTo(palette.of("pool:4").marker());
  }

  @Test
  void unknownNamesTakeColoursNoModelNeeds() {
    Palette palette = new Palette(List.of("netty", "overtake", "threads", "go"));
    assertThat(
            List.of(
                palette.of("netty"),
                palette.of("go"),
                palette.of("overtake"),
                palette.of("threads")))
        .extracting(Palette.Look::paint)
        .doesNotHaveDuplicates();
  }

  @Test
  void twentyNamesHaveTwentyLooks() {
    List<String> names = new ArrayList<>();
    for (char c = 'a'; c < 'a' + 20; c++) {
      names.add("stranger-" + c);
    }
    Palette palette = new Palette(names);
    assertThat(names).extracting(palette::of).doesNotHaveDuplicates();
  }

  @Test
  void phasesAreGreys() {
    Palette palette = new Palette(List.of("calm", "loaded", "threads"));
    assertThat(palette.of("calm").paint()).isEqualTo("calm");
    assertThat(palette.of("loaded").paint()).isEqualTo("loaded");
  }

  @ParameterizedTest
  @ValueSource(strings = {"light", "dark"})
  void coloursStandOutFromThePaper(String scheme) {
    Map<String, double[]> colours = colours(scheme);
    for (String paper : List.of("paper", "interval")) {
      for (String name : List.of("c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "loaded")) {
        assertThat(contrast(colours, name, paper)).as(name).isGreaterThanOrEqualTo(3);
      }
    }
    assertThat(contrast(colours, "calm", "paper")).isGreaterThanOrEqualTo(3);
    for (String paper : List.of("paper", "faint")) {
      for (String name : List.of("ink", "soft", "accent", "holds", "differs", "unknown")) {
        assertThat(contrast(colours, name, paper)).as(name).isGreaterThanOrEqualTo(4.5);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"light", "dark"})
  void coloursDifferForEveryKindOfSight(String scheme) {
    Map<String, double[]> colours = colours(scheme);
    for (int a = 0; a < 8; a++) {
      for (int b = 0; b < a; b++) {
        double[] one = colour(colours, "c" + a);
        double[] other = colour(colours, "c" + b);
        for (double[][] sight : SIGHTS) {
          assertThat(distance(seen(sight, one), seen(sight, other)))
              .as("c%d and c%d", a, b)
              .isGreaterThan(7);
        }
      }
    }
  }

  /**
   * Full colour blindness of the three kinds by Machado, Oliveira and Fernandes (2009), and none.
   */
  private static final double[][][] SIGHTS = {
    {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
    {
      {0.152286, 1.052583, -0.204868},
      {0.114503, 0.786281, 0.099216},
      {-0.003882, -0.048116, 1.051998}
    },
    {
      {0.367322, 0.860646, -0.227968},
      {0.280085, 0.672501, 0.047413},
      {-0.011820, 0.042940, 0.968881}
    },
    {
      {1.255528, -0.076749, -0.178779},
      {-0.078411, 0.930809, 0.147602},
      {0.004733, 0.691367, 0.303900}
    },
  };

  /** Linear red, green and blue by variable; what the dark does not change is as in the light. */
  private static Map<String, double[]> colours(String scheme) {
    String sheet = Resource.text("colours.css");
    int dark = sheet.indexOf("prefers-color-scheme: dark");
    Map<String, double[]> colours = new HashMap<>();
    Matcher matcher = COLOUR.matcher(scheme.equals("light") ? sheet.substring(0, dark) : sheet);
    while (matcher.find()) {
      double[] rgb = new double[3];
      for (int i = 0; i < 3; i++) {
        double c = Integer.parseInt(matcher.group(2).substring(1 + 2 * i, 3 + 2 * i), 16) / 255.0;
        rgb[i] = c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
      }
      colours.put(matcher.group(1), rgb);
    }
    return colours;
  }

  private static double[] colour(Map<String, double[]> colours, String name) {
    return Objects.requireNonNull(colours.get(name), name);
  }

  private static double contrast(Map<String, double[]> colours, String one, String other) {
    double a = luminance(colour(colours, one));
    double b = luminance(colour(colours, other));
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }

  private static double luminance(double[] rgb) {
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
  }

  private static double[] seen(double[][] sight, double[] rgb) {
    double[] out = new double[3];
    for (int i = 0; i < 3; i++) {
      double sum = sight[i][0] * rgb[0] + sight[i][1] * rgb[1] + sight[i][2] * rgb[2];
      out[i] = Math.clamp(sum, 0, 1);
    }
    return out;
  }

  /** In OKLab, times 100. */
  private static double distance(double[] one, double[] other) {
    double[] a = lab(one);
    double[] b = lab(other);
    return 100 * Math.hypot(Math.hypot(a[0] - b[0], a[1] - b[1]), a[2] - b[2]);
  }

  private static double[] lab(double[] c) {
    double l = Math.cbrt(0.4122214708 * c[0] + 0.5363325363 * c[1] + 0.0514459929 * c[2]);
    double m = Math.cbrt(0.2119034982 * c[0] + 0.6806995451 * c[1] + 0.1073969566 * c[2]);
    double s = Math.cbrt(0.0883024619 * c[0] + 0.2817188376 * c[1] + 0.6299787005 * c[2]);
    return new double[] {
      0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
      1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
      0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
    };
  }
}
