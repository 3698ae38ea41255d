// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which colour, dash and marker a series has, by its name.
 *
 * <p>The models' names have theirs for good, so that two reports can be laid side by side. Other
 * names take the colours that no model of the same report needs, in order of appearance; when there
 * are more names than colours, or several of one family ({@code pool:4}, {@code pool:8}), dash and
 * marker tell them apart (decision 0031).
 */
final class Palette {
  /** A series' looks: the colour is a variable of the style sheet, so that it suits the dark. */
  record Look(int colour, String dash, Marker marker) {
    String paint() {
      return colour < 0 ? PHASES.get(-1 - colour) : "c" + colour;
    }
  }

  enum Marker {
    DISC,
    SQUARE,
    TRIANGLE,
    DIAMOND,
    TRIANGLE_DOWN,
    CROSS,
    RING,
    BOX
  }

  private static final Map<String, Integer> FAMILIES =
      Map.ofEntries(
          Map.entry("overtake", 0),
          Map.entry("threads", 1),
          Map.entry("platform", 1),
          Map.entry("virtual", 2),
          Map.entry("event-loop", 3),
          Map.entry("pool", 4),
          Map.entry("sequential", 5),
          Map.entry("gil", 6),
          Map.entry("cpython", 7));

  /** Phases and other aspects of one model are greys: a colour would be taken for a model. */
  private static final List<String> PHASES = List.of("calm", "loaded", "recovered");

  private static final Map<String, Integer> ASPECTS =
      Map.of(
          "calm", 0,
          "loaded", 1,
          "recovered", 2,
          "first client idle", 0,
          "first client computing", 1,
          "reserved", 0,
          "resident", 1,
          "live objects", 2);

  private static final int COLOURS = 8;
  private static final List<Marker> MARKERS = List.of(Marker.values());
  private static final List<String> DASHES = List.of("", "7 3", "2 2.5", "9 3 2 3");
  private static final Pattern END_OF_FAMILY = Pattern.compile("[:,(\\[ ]");

  private final Map<String, Look> looks = new HashMap<>();

  /**
   * Gives each name its look.
   *
   * @param names in order of appearance; repeated ones count once
   */
  Palette(List<String> names) {
    Set<String> distinct = new LinkedHashSet<>(names);
    Set<Integer> taken = new HashSet<>();
    for (String name : distinct) {
      Integer colour = FAMILIES.get(family(name));
      if (colour != null) {
        taken.add(colour);
      }
    }
    List<Integer> free = new ArrayList<>();
    for (int colour = 0; colour < COLOURS; colour++) {
      if (!taken.contains(colour)) {
        free.add(colour);
      }
    }
    if (free.isEmpty()) {
      free.add(5);
    }
    Map<Integer, Integer> used = new HashMap<>();
    Map<String, Integer> strangers = new HashMap<>();
    for (String name : distinct) {
      Integer phase = ASPECTS.get(name.toLowerCase(Locale.ROOT));
      if (phase != null) {
        looks.put(name, new Look(-1 - phase, "", MARKERS.get(phase)));
        continue;
      }
      String family = family(name);
      Integer colour = FAMILIES.get(family);
      if (colour == null) {
        colour = strangers.getOrDefault(family, free.get(strangers.size() % free.size()));
        strangers.putIfAbsent(family, colour);
      }
      int variant = used.merge(colour, 1, Integer::sum) - 1;
      looks.put(
          name,
          new Look(
              colour,
              DASHES.get((variant + dashOf(colour)) % DASHES.size()),
              MARKERS.get((colour + variant) % MARKERS.size())));
    }
  }

  /**
   * Returns the look of a name.
   *
   * @throws IllegalArgumentException if it was not among the names given
   */
  Look of(String name) {
    Look look = looks.get(name);
    if (look == null) {
      throw new IllegalArgumentException("a series must be known to the palette: name=" + name);
    }
    return look;
  }

  /** The three that are drawn beside ours for comparison are dashed from the start. */
  private static int dashOf(int colour) {
    return colour >= 5 ? colour - 4 : 0;
  }

  private static String family(String name) {
    String lower = name.toLowerCase(Locale.ROOT).replace("event loop", "event-loop");
    return END_OF_FAMILY.split(lower, 2)[0];
  }
}
