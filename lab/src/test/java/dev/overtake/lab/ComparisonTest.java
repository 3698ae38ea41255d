// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ComparisonTest {
  @TempDir Path folder;

  @Test
  void rangesThatOverlapAreNoise() throws Exception {
    Comparison comparison =
        compare(
            retention("overtake", 0.80, 0.90, 1.0, 3), retention("overtake", 0.6, 0.7, 0.81, 3));

    assertThat(comparison.worse()).isZero();
    assertThat(comparison.table()).contains("1 figure compared, 0 changed beyond noise");
  }

  @Test
  void rangesApartAreAChangeInTheDirectionOfTheFigure() throws Exception {
    Comparison worse =
        compare(retention("overtake", 0.8, 0.9, 1.0, 3), retention("overtake", 0.6, 0.7, 0.79, 3));
    assertThat(worse.worse()).isEqualTo(1);
    assertThat(worse.table())
        .contains(
            "worse    perf2, connections 1 hogs 1, overtake retention  "
                + "90 % (80 % – 100 %) → 70 % (60 % – 79 %), 0.778×");

    Comparison better =
        compare(
            figure("threads", "p99Seconds", 2, 2, 2, 3),
            figure("threads", "p99Seconds", 1, 1, 1, 3));
    assertThat(better.worse()).isZero();
    assertThat(better.table()).contains("better   perf2,");
  }

  @Test
  void fewRoundsMustDifferByAFactorOfTwo() throws Exception {
    assertThat(
            compare(
                    retention("overtake", 0.9, 0.9, 0.9, 1),
                    retention("overtake", 0.5, 0.5, 0.5, 3))
                .worse())
        .isZero();
    assertThat(
            compare(
                    retention("overtake", 0.9, 0.9, 0.9, 1),
                    retention("overtake", 0.4, 0.4, 0.4, 3))
                .worse())
        .isEqualTo(1);
  }

  @Test
  void cpythonIsAControlAndDecidesNothing() throws Exception {
    Comparison comparison =
        compare(
            retention("CPython threads", 0.8, 0.8, 0.8, 3),
            retention("CPython threads", 0.1, 0.1, 0.1, 3));

    assertThat(comparison.worse()).isZero();
    assertThat(comparison.table()).contains("control  perf2,", "note: CPython has changed");
  }

  @Test
  void figureThatCouldNoLongerBeMeasuredIsWorse() throws Exception {
    String missing =
        run(
            "perf2",
            "{\"retention\": {\"min\": null, \"median\": null, \"max\": null, \"rounds\": 0}}",
            "overtake");
    Comparison comparison = compare(retention("overtake", 0.8, 0.9, 1.0, 3), missing);

    assertThat(comparison.worse()).isEqualTo(1);
    assertThat(comparison.table()).contains("→ not measured");
  }

  @Test
  void jsonHasTheRuleAndEachChange() throws Exception {
    JsonNode json =
        JsonMapper.shared()
            .readTree(
                compare(
                        retention("overtake", 0.8, 0.9, 1.0, 3),
                        retention("overtake", 0.6, 0.7, 0.7, 3))
                    .json());

    assertThat(json.get("schema").stringValue()).isEqualTo("overtake-compare/1");
    assertThat(json.get("worse").intValue()).isEqualTo(1);
    assertThat(json.at("/changes/0/verdict").stringValue()).isEqualTo("WORSE");
    assertThat(json.at("/changes/0/from/median").doubleValue()).isEqualTo(0.9);
  }

  @Test
  void whatCannotBeComparedIsOneLine() throws Exception {
    String good = retention("overtake", 1, 1, 1, 3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> compare(good, good.replace("overtake-lab/1", "overtake-lab/9")))
        .withMessageContaining(
            "its schema is overtake-lab/9, and this version reads overtake-lab/1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> compare(good, good.replace("perf2", "single")))
        .withMessageContaining("have different experiments, perf2 and single;");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> compare(good, "no JSON"))
        .withMessageContaining("is no JSON");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Comparison.of(folder, folder.resolve("nowhere")))
        .withMessageContaining("there is no results.json in it");
  }

  private Comparison compare(String before, String after) throws Exception {
    return Comparison.of(write("before", before), write("after", after));
  }

  private Path write(String name, String results) throws IOException {
    Path run = Files.createDirectories(folder.resolve(name));
    Files.writeString(run.resolve("results.json"), results);
    return run;
  }

  private static String retention(
      String variant, double min, double median, double max, int rounds) {
    return figure(variant, "retention", min, median, max, rounds);
  }

  private static String figure(
      String variant, String key, double min, double median, double max, int rounds) {
    return run(
        "perf2",
        "{\"%s\": {\"min\": %s, \"median\": %s, \"max\": %s, \"rounds\": %d}}"
            .formatted(key, min, median, max, rounds),
        variant);
  }

  private static String run(String experiment, String figures, String variant) {
    return """
    {"schema": "overtake-lab/1", "run": {"valid": true}, "machine": {},
     "experiments": {"%s": {"claims": [], "figures":
       {"loads": [{"connections": 1, "hogs": 1, "variants": [{"variant": "%s", %s]}]}}}}
    """
        .formatted(experiment, variant, figures.substring(1));
  }
}
