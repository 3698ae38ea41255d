// SPDX-License-Identifier: Apache-2.0
package dev.overtake.live;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;

/**
 * What runs: which models, and under what load. Immutable.
 *
 * @param models the names of contestants, in the order in which they were chosen
 * @param connections how many connections ask each model for short requests
 * @param pace how many requests a second each of them makes at most; 0 for back to back
 * @param hogs how many more connections ask each model for long requests
 * @param intervalMicros the switch interval of the model gil
 */
record Setup(List<String> models, int connections, int pace, int hogs, int intervalMicros) {
  static final int MOST_CONNECTIONS = 100;
  static final int FASTEST_PACE = 1_000;
  static final int MOST_HOGS = 64;
  static final int SHORTEST_INTERVAL = 50;
  static final int LONGEST_INTERVAL = 1_000_000;

  /** Nothing runs, and the load is light: see decision 0131. */
  static final Setup NONE = new Setup(List.of(), 10, 50, 0, 5_000);

  Setup {
    models = List.copyOf(models);
    range("connections", connections, 1, MOST_CONNECTIONS);
    range("pace", pace, 0, FASTEST_PACE);
    range("hogs", hogs, 0, MOST_HOGS);
    range("intervalMicros", intervalMicros, SHORTEST_INTERVAL, LONGEST_INTERVAL);
  }

  /**
   * This set-up with what a request changes.
   *
   * @param known the names there are
   * @param most how many models may run at once
   * @throws IllegalArgumentException with a line for the user, if something in it is unknown or out
   *     of range
   */
  Setup with(JsonNode change, List<String> known, int most) {
    if (!change.isObject()) {
      throw new IllegalArgumentException("a set-up is a JSON object");
    }
    Setup setup = this;
    for (String key : change.propertyNames()) {
      JsonNode value = change.get(key);
      UnaryOperator<Setup> with =
          switch (key) {
            case "models" -> from -> from.withModels(models(value, known, most));
            case "connections" -> from -> from.withConnections(whole(key, value));
            case "pace" -> from -> from.withPace(whole(key, value));
            case "hogs" -> from -> from.withHogs(whole(key, value));
            case "intervalMicros" -> from -> from.withInterval(whole(key, value));
            default -> throw new IllegalArgumentException("a set-up has no such key: " + word(key));
          };
      setup = with.apply(setup);
    }
    return setup.models.isEmpty() ? setup.withHogs(0) : setup;
  }

  private static List<String> models(JsonNode value, List<String> known, int most) {
    LinkedHashSet<String> chosen = new LinkedHashSet<>();
    for (JsonNode name : value) {
      String text = name.isString() ? name.stringValue() : "";
      if (!known.contains(text)) {
        throw new IllegalArgumentException(
            "model unknown here: %s; choose from %s".formatted(word(text), known));
      }
      chosen.add(text);
    }
    boolean none = value.isArray() && chosen.isEmpty();
    if (!none && (chosen.size() < LiveOptions.FEWEST_SERVERS || chosen.size() > most)) {
      throw new IllegalArgumentException(
          "choose from %d to %d models, or none to end all: models=%d"
              .formatted(LiveOptions.FEWEST_SERVERS, most, chosen.size()));
    }
    return new ArrayList<>(chosen);
  }

  private static int whole(String key, JsonNode value) {
    if (!value.canConvertToInt() || !value.isIntegralNumber()) {
      throw new IllegalArgumentException(key + " must be a whole number");
    }
    return value.intValue();
  }

  /** What a viewer sent, fit to be shown in a line. */
  private static String word(String text) {
    String shown = text.replaceAll("[^\\w :.-]", "?");
    return shown.length() <= 30 ? shown : shown.substring(0, 30) + "...";
  }

  private static void range(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s must be from %d to %d: %s=%d".formatted(name, least, most, name, value));
    }
  }

  private Setup withModels(List<String> value) {
    return new Setup(value, connections, pace, hogs, intervalMicros);
  }

  private Setup withConnections(int value) {
    return new Setup(models, value, pace, hogs, intervalMicros);
  }

  private Setup withPace(int value) {
    return new Setup(models, connections, value, hogs, intervalMicros);
  }

  private Setup withHogs(int value) {
    return new Setup(models, connections, pace, value, intervalMicros);
  }

  private Setup withInterval(int value) {
    return new Setup(models, connections, pace, hogs, value);
  }

  /** How long a connection waits from one request to the next. */
  Duration beat() {
    return pace == 0 ? Duration.ZERO : Duration.ofSeconds(1).dividedBy(pace);
  }

  /**
   * How long one hog's request lasts on an idle server: all of them together leave little behind.
   */
  Duration hogLength() {
    return Duration.ofMillis(Math.max(250, 1_500 / Math.max(1, hogs)));
  }

  /** The spelling of the model gil. */
  String gil() {
    return "%s:%dus".formatted(Contestant.GIL, intervalMicros);
  }
}
