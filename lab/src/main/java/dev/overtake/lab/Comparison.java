// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Two runs of the same experiments beside each other: what has changed beyond noise.
 *
 * <p>Compared is every figure that the results keep with its spread over the rounds, and the
 * outcome of every claim. Figures alone decide what is better or worse, and among them not
 * CPython's: its code is the same in both runs, so a change of its figures tells of the machine.
 */
public final class Comparison {
  /** When a figure has changed, in words. */
  public static final String RULE =
      "A figure has changed if the ranges of its rounds do not overlap and its medians differ by more"
          + " than a tenth. With fewer than three rounds in either run there is no range to rely on:"
          + " then its medians must differ by a factor of two.";

  private static final String SCHEMA = "overtake-compare/1";
  private static final double LEAST_RATIO = 1.1;
  private static final double LEAST_RATIO_WITHOUT_RANGE = 2;
  private static final int ROUNDS_WITH_RANGE = 3;
  private static final Set<String> SPREAD = Set.of("min", "median", "max", "rounds");
  private static final Pattern MORE_IS_BETTER =
      Pattern.compile("(?i).*(persecond|retention|recover|levels|held).*");
  private static final Pattern LESS_IS_BETTER =
      Pattern.compile("(?i).*(seconds|millis|micros|nanos|bytes|slowdown|stall|toone).*");

  private final Path before;
  private final Path after;
  private final int compared;
  private final List<String> notes = new ArrayList<>();
  private final List<Change> changes = new ArrayList<>();
  private final List<Outcome> outcomes = new ArrayList<>();

  private Comparison(Path before, JsonNode first, Path after, JsonNode second) {
    this.before = before;
    this.after = after;
    noteCircumstances(first, second);
    Map<String, Figure> from = figures(first);
    Map<String, Figure> to = figures(second);
    int both = 0;
    for (Figure figure : from.values()) {
      Figure same = to.get(figure.name);
      if (same != null) {
        both++;
        Verdict verdict = verdict(figure, same);
        if (verdict != Verdict.SAME) {
          changes.add(new Change(figure.name, figure.spread, same.spread, verdict));
        }
      }
    }
    compared = both;
    int single = from.size() + to.size() - 2 * compared;
    if (single > 0) {
      notes.add(Wording.count(single, "figure") + " are in one of the runs only");
    }
    if (changes.stream().anyMatch(change -> change.verdict == Verdict.CONTROL)) {
      notes.add("CPython has changed, whose code is the same: so has the machine");
    }
    compareOutcomes(first, second);
  }

  /**
   * Reads two run directories.
   *
   * @param before the run to compare with
   * @param after the run in question
   * @return what has changed from the one to the other
   * @throws IllegalArgumentException with a line for the user, if one is no run directory, was
   *     written by a version this one cannot read, or has other experiments than the other
   * @throws LabException with a line for the user, if a file cannot be read
   */
  public static Comparison of(Path before, Path after) throws LabException {
    JsonNode first = read(before);
    JsonNode second = read(after);
    Set<String> experiments = new TreeSet<>(first.path("experiments").propertyNames());
    Set<String> others = new TreeSet<>(second.path("experiments").propertyNames());
    if (!experiments.equals(others)) {
      throw new IllegalArgumentException(
          "runs %s and %s have different experiments, %s and %s; compare runs of the same ones"
              .formatted(before, after, String.join(" ", experiments), String.join(" ", others)));
    }
    return new Comparison(before, first, after, second);
  }

  private static JsonNode read(Path run) throws LabException {
    Path file = run.resolve("results.json");
    if (!Files.isDirectory(run)) {
      throw new IllegalArgumentException(
          "run %s: there is no such directory; name one that overtake lab has written"
              .formatted(run));
    }
    if (!Files.exists(file)) {
      throw new IllegalArgumentException(
          "run %s: there is no results.json in it; name a directory that overtake lab has written"
              .formatted(run));
    }
    JsonNode results;
    try {
      results = JsonMapper.shared().readTree(Files.readString(file));
    } catch (IOException e) {
      throw new LabException("run %s: cannot be read, %s".formatted(run, ServerFailure.reason(e)));
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "run %s: its results.json is no JSON; run the lab again".formatted(run), e);
    }
    String schema = results.path("schema").asString("none");
    if (!schema.equals(Results.SCHEMA)) {
      throw new IllegalArgumentException(
          "run %s: its schema is %s, and this version reads %s; run the lab again"
              .formatted(run, schema, Results.SCHEMA));
    }
    return results;
  }

  private void noteCircumstances(JsonNode first, JsonNode second) {
    for (String where :
        List.of(
            "/machine/cpu",
            "/machine/cores",
            "/machine/kernel",
            "/machine/jdk",
            "/machine/python",
            "/run/effort",
            "/run/placement",
            "/run/pace")) {
      String from = first.at(where).asString("unknown");
      String to = second.at(where).asString("unknown");
      if (!from.equals(to)) {
        notes.add("%s: %s and %s".formatted(where.substring(where.lastIndexOf('/') + 1), from, to));
      }
    }
    for (JsonNode run : List.of(first, second)) {
      if (!run.at("/run/valid").asBoolean(true)) {
        notes.add(
            "the generator was the limit of some figures of run "
                + run.at("/run/id").asString("unknown"));
      }
    }
  }

  private static Map<String, Figure> figures(JsonNode results) {
    Map<String, Figure> found = new LinkedHashMap<>();
    results
        .path("experiments")
        .properties()
        .forEach(experiment ->
            collect(experiment.getKey(), experiment.getValue().path("figures"), false, found));
    return found;
  }

  /** Goes through the tree; a figure's name is the way to it, an element's what tells it apart. */
  private static void collect(
      String name, JsonNode node, boolean control, Map<String, Figure> found) {
    if (node.isObject() && Set.copyOf(node.propertyNames()).equals(SPREAD)) {
      found.put(name, new Figure(name, spread(node), control));
    } else if (node.isObject()) {
      node.properties()
          .forEach(property -> {
            if (!property.getKey().equals("rounds")) {
              collect(name + " " + property.getKey(), property.getValue(), control, found);
            }
          });
    } else if (node.isArray()) {
      int plural = name.lastIndexOf(' ');
      for (int i = 0; i < node.size(); i++) {
        String element = element(node.get(i), i);
        collect(
            name.substring(0, plural) + ", " + element,
            node.get(i),
            control || element.startsWith(Variant.Kind.CPYTHON.title()),
            found);
      }
    }
  }

  private static String element(JsonNode node, int index) {
    String variant = node.path("variant").asString("");
    if (!variant.isEmpty()) {
      return variant;
    }
    List<String> words = new ArrayList<>();
    node.properties()
        .forEach(property -> {
          if (property.getValue().isString()) {
            words.add(property.getValue().asString());
          } else if (property.getValue().isIntegralNumber()) {
            words.add(property.getKey() + " " + property.getValue().asString());
          }
        });
    return words.isEmpty() ? Integer.toString(index) : String.join(" ", words);
  }

  private static Spread spread(JsonNode node) {
    return new Spread(
        node.path("min").asDouble(Double.NaN),
        node.path("median").asDouble(Double.NaN),
        node.path("max").asDouble(Double.NaN),
        node.path("rounds").asInt(0));
  }

  private static Verdict verdict(Figure from, Figure to) {
    if (!changed(from.spread, to.spread)) {
      return Verdict.SAME;
    }
    if (from.control) {
      return Verdict.CONTROL;
    }
    if (!to.spread.measured()) {
      return Verdict.WORSE;
    }
    if (!from.spread.measured()) {
      return Verdict.BETTER;
    }
    String key = from.key();
    boolean more = to.spread.median() > from.spread.median();
    if (MORE_IS_BETTER.matcher(key).matches()) {
      return more ? Verdict.BETTER : Verdict.WORSE;
    }
    if (LESS_IS_BETTER.matcher(key).matches()) {
      return more ? Verdict.WORSE : Verdict.BETTER;
    }
    return Verdict.CHANGED;
  }

  private static boolean changed(Spread from, Spread to) {
    if (from.measured() != to.measured()) {
      return true;
    }
    boolean apart = from.max() < to.min() || to.max() < from.min();
    boolean ranges = Math.min(from.rounds(), to.rounds()) >= ROUNDS_WITH_RANGE;
    double larger = Math.max(from.median(), to.median());
    double smaller = Math.min(from.median(), to.median());
    return apart && larger > smaller * (ranges ? LEAST_RATIO : LEAST_RATIO_WITHOUT_RANGE);
  }

  private void compareOutcomes(JsonNode first, JsonNode second) {
    first
        .path("experiments")
        .properties()
        .forEach(experiment -> {
          for (JsonNode claim : experiment.getValue().path("claims")) {
            String id = claim.path("id").asString("");
            String from = claim.path("outcome").asString("");
            for (JsonNode other : second.at("/experiments/" + experiment.getKey() + "/claims")) {
              String to = other.path("outcome").asString("");
              if (other.path("id").asString("").equals(id) && !from.equals(to)) {
                outcomes.add(new Outcome(experiment.getKey(), id, from, to));
              }
            }
          }
        });
  }

  /**
   * Tells whether something has become worse beyond noise.
   *
   * @return how many figures have
   */
  public int worse() {
    return (int) changes.stream().filter(change -> change.verdict == Verdict.WORSE).count();
  }

  /**
   * Writes a table for a terminal.
   *
   * @return lines, the last one ended
   */
  public String table() {
    StringBuilder text = new StringBuilder();
    text.append("from %s%nto   %s%n".formatted(before, after));
    int width = changes.stream().mapToInt(change -> change.figure.length()).max().orElse(0);
    String row = "%-7s  %-" + Math.max(width, 1) + "s  %s%n";
    for (Change change : changes) {
      text.append(row.formatted(change.verdict.word, change.figure, change.inWords()));
    }
    for (Outcome outcome : outcomes) {
      text.append(
          row.formatted(
              "claim",
              outcome.experiment + " " + outcome.claim,
              outcome.from.toLowerCase(Locale.ROOT) + " → " + outcome.to.toLowerCase(Locale.ROOT)));
    }
    text.append(
        "%s compared, %d changed beyond noise, %d of them for the worse%n"
            .formatted(Wording.count(compared, "figure"), changes.size(), worse()));
    notes.forEach(note -> text.append("note: %s%n".formatted(note)));
    return text.toString();
  }

  /**
   * Writes the same as JSON.
   *
   * @return one object, {@code overtake-compare/1}
   */
  public String json() {
    return JsonMapper.builder()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .addModule(Results.numbers())
        .build()
        .writeValueAsString(
            new Json(
                SCHEMA,
                before.toString(),
                after.toString(),
                RULE,
                compared,
                worse(),
                notes,
                changes,
                outcomes));
  }

  /** What has become of a figure. */
  enum Verdict {
    SAME("same"),
    BETTER("better"),
    WORSE("worse"),
    /** Nobody can say from its name which way is better. */
    CHANGED("changed"),
    /** It is CPython's. */
    CONTROL("control");

    private final String word;

    Verdict(String word) {
      this.word = word;
    }
  }

  private record Figure(String name, Spread spread, boolean control) {
    /** The last word, which says what is measured. */
    String key() {
      return name.substring(name.lastIndexOf(' ') + 1);
    }
  }

  record Change(String figure, Spread from, Spread to, Verdict verdict) {
    String inWords() {
      String change =
          from.measured() && to.measured() && from.median() > 0
              ? ", " + Wording.times(to.median() / from.median())
              : "";
      return "%s → %s%s".formatted(show(from), show(to), change);
    }

    private String show(Spread spread) {
      String key = figure.substring(figure.lastIndexOf(' ') + 1);
      if (key.endsWith("PerSecond")) {
        return spread.show(Wording::rate);
      }
      if (key.endsWith("Seconds")) {
        return spread.show(Wording::seconds);
      }
      if (key.contains("ytes")) {
        return spread.show(Wording::bytes);
      }
      return key.contains("etention")
          ? spread.show(Wording::percent)
          : spread.show(Wording::number);
    }
  }

  record Outcome(String experiment, String claim, String from, String to) {}

  record Json(
      String schema,
      String from,
      String to,
      String rule,
      int compared,
      int worse,
      List<String> notes,
      List<Change> changes,
      List<Outcome> claims) {}
}
