// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.lab.Machine;
import dev.overtake.lab.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/**
 * What is written with {@code --json}, and printed as tables by {@link Tables}.
 *
 * @param schema the version of this form
 * @param command what to type to repeat the run
 * @param machine what it ran on
 * @param placement who sat on which cores
 * @param gauge how long a request takes on this machine
 * @param jvmFlags what every server's JVM was started with
 * @param rounds how often each server was measured in each setting
 * @param phaseSeconds how long each measured phase lasted
 * @param warmupSeconds how long each fresh server was warmed up
 * @param disturbances what else used the machine meanwhile
 * @param benchmarks what came out
 */
record Report(
    int schema,
    String command,
    Machine machine,
    String placement,
    String gauge,
    List<String> jvmFlags,
    int rounds,
    double phaseSeconds,
    double warmupSeconds,
    List<String> disturbances,
    List<Part> benchmarks) {
  static final int SCHEMA = 1;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .addModule(
              new SimpleModule()
                  .addSerializer(double.class, new NumberOrNull())
                  .addSerializer(Double.class, new NumberOrNull()))
          .build();

  static Report beginning(String command, Stage stage, Bench bench, List<String> openingFlags) {
    Plan plan = bench.plan();
    return new Report(
        SCHEMA,
        command,
        stage.machine(),
        stage.placementInWords(),
        bench.gaugeInWords(),
        Stream.concat(plan.jvmFlags().stream(), openingFlags.stream()).toList(),
        plan.rounds(),
        plan.phase().toMillis() / 1e3,
        plan.warmup().toMillis() / 1e3,
        List.of(),
        List.of());
  }

  Report with(Part part) {
    List<Part> more = Stream.concat(benchmarks.stream(), Stream.of(part)).toList();
    return with(disturbances, more);
  }

  Report with(List<String> disturbances) {
    return with(disturbances, benchmarks);
  }

  private Report with(List<String> disturbances, List<Part> benchmarks) {
    return new Report(
        schema,
        command,
        machine,
        placement,
        gauge,
        jvmFlags,
        rounds,
        phaseSeconds,
        warmupSeconds,
        disturbances,
        benchmarks);
  }

  /**
   * Writes this as JSON.
   *
   * @throws IOException if the file cannot be written; the message is a line for the user
   */
  void write(Path file) throws IOException {
    try {
      Files.write(file, JSON.writeValueAsBytes(this));
    } catch (IOException e) {
      throw new IOException(file + ": cannot be written: " + e.getMessage(), e);
    }
  }

  /**
   * One benchmark.
   *
   * @param spinners what kept the cores awake
   */
  record Part(
      String id,
      String question,
      String method,
      String spinners,
      List<String> columns,
      List<Line> rows,
      List<Verdict> comparisons) {
    static Part of(Benchmark<?> benchmark, Stage stage, Bench bench, Results results) {
      return new Part(
          benchmark.id(),
          benchmark.question(),
          benchmark.method(),
          stage.spinnersInWords(),
          benchmark.columns().stream().map(figure -> figure.head).toList(),
          results.rows().stream().map(row -> Line.of(benchmark, row)).toList(),
          benchmark.comparisons(bench, results).stream()
              .filter(comparison -> !comparison.measured().isEmpty())
              .map(Verdict::of)
              .toList());
    }
  }

  /**
   * One server in one setting.
   *
   * @param figures by the keys of {@link Figure}, in the order of the columns
   * @param failure why a round is missing, the last such reason
   * @param generatorWasLimit in how many rounds the generator, not the server, was the limit
   * @param limit in the generator's words, of the last such round
   * @param said what was found in the last round, in a sentence
   */
  record Line(
      String setting,
      String model,
      Map<String, Spread> figures,
      @Nullable String failure,
      long generatorWasLimit,
      @Nullable String limit,
      @Nullable String said) {
    static Line of(Benchmark<?> benchmark, Results.Row row) {
      Map<String, Spread> figures = new LinkedHashMap<>();
      benchmark.columns().forEach(figure -> figures.put(figure.key, row.spread(figure)));
      List<String> limits = row.limits();
      return new Line(
          row.setting(),
          row.model(),
          figures,
          row.failure(),
          limits.size(),
          limits.isEmpty() ? null : limits.getLast(),
          row.said());
    }
  }

  /** A comparison with its outcome. */
  record Verdict(
      String what, Spread measured, @Nullable Double bound, String verdict, String line) {
    static Verdict of(Comparison comparison) {
      double bound = comparison.bound();
      return new Verdict(
          comparison.what(),
          comparison.measured(),
          Double.isNaN(bound) ? null : bound,
          comparison.verdict(),
          comparison.toString());
    }
  }

  /** JSON has no word for what was not measured but null. */
  private static final class NumberOrNull extends ValueSerializer<Double> {
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
