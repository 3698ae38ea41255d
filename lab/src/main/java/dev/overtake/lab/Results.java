// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/**
 * What {@code results.json} holds. Numbers that do not exist are null.
 *
 * @param schema which version of it
 * @param run how it was run
 * @param machine on what
 * @param disturbance what others did there meanwhile
 * @param questions the front page's table in words: for each model its answer to each question
 * @param experiments by id
 */
record Results(
    String schema,
    Run run,
    Machine machine,
    Disturbance disturbance,
    Map<String, Map<String, String>> questions,
    Map<String, ExperimentResults> experiments) {
  /** A number behind the slash that grows when a reader of the last one would misread this one. */
  static final String SCHEMA = "overtake-lab/1";

  String toJson() {
    return JsonMapper.builder()
        .addModule(numbers())
        .enable(SerializationFeature.INDENT_OUTPUT)
        .build()
        .writeValueAsString(this);
  }

  /** Writes what is no number as null. */
  static SimpleModule numbers() {
    SimpleModule numbers = new SimpleModule();
    numbers.addSerializer(Double.class, new NullUnlessFinite());
    numbers.addSerializer(Double.TYPE, new NullUnlessFinite());
    return numbers;
  }

  /**
   * How a run was run.
   *
   * @param id the name of its directory
   * @param startedAt when, in UTC
   * @param seconds how long it took
   * @param command what the user typed
   * @param effort quick or full
   * @param rounds how often each variant was measured
   * @param pace the share of its full length that each load lasted
   * @param placement which cores, as the option says it
   * @param seating which cores, in words
   * @param spinners what kept the cores awake, in words
   * @param valid false if the generator was the limit of a figure that a claim needs
   * @param warnings why figures may mislead
   */
  record Run(
      String id,
      String startedAt,
      double seconds,
      String command,
      String effort,
      int rounds,
      double pace,
      String placement,
      String seating,
      String spinners,
      boolean valid,
      List<String> warnings) {}

  /**
   * One experiment's part.
   *
   * @param command what repeats it
   * @param valid false if the generator was the limit of a figure that a claim needs
   * @param warnings why figures may mislead
   * @param claims the findings put to the test
   * @param summary the article's figures beside those measured, in words
   * @param figures everything measured
   */
  record ExperimentResults(
      String command,
      boolean valid,
      List<String> warnings,
      List<Claim> claims,
      List<Findings.SummaryLine> summary,
      Object figures) {}

  /** JSON has no word for what is no number. */
  private static final class NullUnlessFinite extends ValueSerializer<Double> {
    @Override
    public void serialize(Double value, JsonGenerator json, SerializationContext context) {
      if (Double.isFinite(value)) {
        json.writeNumber(value);
      } else {
        json.writeNull();
      }
    }
  }
}
