// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What a benchmark measured: a row for each setting and server, a measurement for each round. */
final class Results {
  private final List<Row> rows = new ArrayList<>();
  private final int rounds;

  Results(List<String> settings, List<String> models, int rounds) {
    this.rounds = rounds;
    for (String setting : settings) {
      for (String model : models) {
        rows.add(new Row(setting, model));
      }
    }
  }

  List<Row> rows() {
    return rows;
  }

  Row row(String setting, String model) {
    return find(setting, model)
        .orElseThrow(() -> new IllegalArgumentException("no row: " + setting + ", " + model));
  }

  /** Empty if the model was not asked for. */
  Optional<Row> find(String setting, String model) {
    return rows.stream()
        .filter(row -> row.setting.equals(setting) && row.model.equals(model))
        .findFirst();
  }

  /**
   * One figure of one server ÷ that of another, both of the same round. Empty if one is missing.
   */
  Spread ratio(String setting, Figure figure, String model, String toModel) {
    Optional<Row> above = find(setting, model);
    Optional<Row> below = find(setting, toModel);
    return spread(round -> value(above, round, figure) / value(below, round, figure));
  }

  /** A figure of one server; empty if it is missing. */
  Spread figure(String setting, Figure figure, String model) {
    Optional<Row> row = find(setting, model);
    return spread(round -> value(row, round, figure));
  }

  private Spread spread(ToDoubleFunction<Integer> ofRound) {
    return Spread.of(IntStream.range(0, rounds).mapToObj(ofRound::applyAsDouble).toList());
  }

  private static double value(Optional<Row> row, int round, Figure figure) {
    return row.map(r -> r.rounds.size() <= round ? null : r.rounds.get(round))
        .map(measurement -> measurement.value(figure))
        .orElse(Double.NaN);
  }

  /** One server in one setting. */
  static final class Row {
    private final String setting;
    private final String model;
    private final List<Measurement> rounds = new ArrayList<>();
    private @Nullable String failure;

    private Row(String setting, String model) {
      this.setting = setting;
      this.model = model;
    }

    String setting() {
      return setting;
    }

    String model() {
      return model;
    }

    List<Measurement> rounds() {
      return rounds;
    }

    /** Why a round has no figures, the last such reason; null if all have. */
    @Nullable String failure() {
      return failure;
    }

    /** In which rounds the generator was the limit, in its words. */
    List<String> limits() {
      return rounds.stream().map(Measurement::limit).filter(Objects::nonNull).toList();
    }

    /** What was found in the last round, in a sentence; null if figures say it all. */
    @Nullable String said() {
      return rounds.reversed().stream()
          .map(Measurement::said)
          .filter(Objects::nonNull)
          .findFirst()
          .orElse(null);
    }

    void add(Measurement measurement) {
      rounds.add(measurement);
    }

    /** A round without figures. */
    void failed(String why) {
      rounds.add(new Measurement());
      failure = why;
    }

    Spread spread(Figure figure) {
      return Spread.of(rounds.stream().map(measurement -> measurement.value(figure)).toList());
    }
  }
}
