// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class LabTest {
  private static final Duration AS_SHORT_AS_POSSIBLE = Duration.ofSeconds(1);

  @TempDir Path folder;

  private final List<String> notes = new ArrayList<>();

  @Test
  void runsExperimentsAndWritesThemUp() throws Exception {
    Path out = folder.resolve("run");
    LabResult result =
        run(
            LabOptions.builder(TinyServer.command(), "./overtake lab --quick")
                .experiments(List.of("single", "perf1", "perf2"))
                .models(List.of("threads"))
                .python("no-such-python-here")
                .out(out));

    assertThat(result.report()).isEqualTo(out.resolve("report.html")).isNotEmptyFile();
    assertThat(Files.readString(result.report()))
        .contains("id=\"single\"", "id=\"perf1\"", "id=\"perf2\"");
    assertThat(out.resolve("headline.svg")).isNotEmptyFile();
    assertThat(out.resolve("histograms/perf2-1-1-threads-round1.hlog")).isNotEmptyFile();
    assertThat(out.resolve("results.json")).hasContent(result.json());
    assertResults(JsonMapper.shared().readTree(result.json()));
    assertThat(result.summary())
        .contains("the article", "0.60 – 0.78 s, 1.28 – 1.42 s", "21,900/s, 100/s")
        .contains("cannot start no-such-python-here")
        .endsWith("report: " + result.report() + System.lineSeparator());
    assertThat(notes).anyMatch(note -> note.startsWith("CPython threads: cannot start"));
    assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive)).isEmpty();
  }

  private static void assertResults(JsonNode json) {
    assertThat(json.get("schema").stringValue()).isEqualTo("overtake-lab/1");
    assertThat(json.at("/run/command").stringValue()).isEqualTo("./overtake lab --quick");
    assertThat(json.at("/machine/jdk").stringValue()).isNotBlank();
    assertThat(json.get("experiments").propertyNames()).containsExactly("single", "perf1", "perf2");
    JsonNode round = json.at("/experiments/perf2/figures/loads/0/variants/0/rounds/0");
    assertThat(round.at("/result/calm/requestsPerSecond").doubleValue()).isPositive();
    assertThat(round.at("/result/hogN").intValue()).isPositive();
    assertThat(round.at("/health/verdict").stringValue()).isNotBlank();
    JsonNode claim = json.at("/experiments/perf2/claims/0");
    assertThat(claim.get("outcome").stringValue()).isEqualTo("UNKNOWN");
    assertThat(claim.get("measured").isNull()).isTrue();
  }

  @Test
  void takesTheMeasureOfThreadsAndTheirStacks() throws Exception {
    LabResult result =
        run(
            LabOptions.builder(TinyServer.command(), "./overtake lab")
                .experiments(List.of("dis", "memory", "recursion"))
                .models(List.of("threads"))
                .python("none")
                .withoutSpinners()
                .out(folder));

    JsonNode experiments = JsonMapper.shared().readTree(result.json()).get("experiments");
    JsonNode threads = experiments.at("/memory/figures/threads");
    assertThat(threads.at("/1/reservedBytesEach").doubleValue()).isGreaterThan(1 << 20);
    assertThat(threads.at("/1/residentBytesEach").doubleValue()).isBetween(1_000.0, 1e6);
    assertThat(threads.at("/2/kind").stringValue()).isEqualTo("virtual");
    assertThat(threads.at("/2/liveBytesEach").doubleValue()).isBetween(100.0, 10_000.0);
    assertThat(experiments.at("/memory/figures/variants/0/counts/0/bytesEach/median").doubleValue())
        .isPositive();
    assertThat(experiments.at("/recursion/figures/depths/0/levels").doubleValue())
        .isGreaterThan(1_000);
    assertThat(experiments.at("/recursion/claims/0/outcome").stringValue()).isEqualTo("HOLDS");
    assertThat(Files.readString(result.report())).contains("invokestatic Fib.fib");
  }

  @Test
  void comparesComputesOfOneServer() throws Exception {
    LabResult result =
        run(
            LabOptions.builder(TinyServer.command(), "./overtake lab")
                .experiments(List.of("pool", "threshold"))
                .models(List.of("overtake"))
                .python("no-such-python-here")
                .out(folder));

    JsonNode json = JsonMapper.shared().readTree(result.json());
    JsonNode pool = json.at("/experiments/pool/figures/variants");
    assertThat(pool.at("/0/compute").stringValue()).isEqualTo("inline");
    assertThat(pool.at("/1/variant").stringValue()).isEqualTo("overtake processes:4");
    assertThat(pool.at("/1/computingClients/0/results").size()).isEqualTo(3);
    assertThat(pool.at("/1/shortRequests/0/manyConnections/requestsPerSecond").doubleValue())
        .isPositive();
    JsonNode claims = json.at("/experiments/pool/claims");
    assertThat(claims.at("/0/id").stringValue()).isEqualTo("cpythonPoolUsesCores");
    assertThat(claims.at("/0/outcome").stringValue()).isEqualTo("UNKNOWN");
    JsonNode learned = json.at("/experiments/threshold/figures/variants/4");
    assertThat(learned.get("command").valueStream().map(JsonNode::stringValue))
        .endsWith("--compute", "learned,processes:4");
    assertThat(learned.at("/rounds/0/rate").doubleValue()).isPositive();
    assertThat(result.summary()).contains("learned,processes:4 reached ");
  }

  @Test
  void longInstructionIsInterruptedAndTheJvmsOwnAreTimed() throws Exception {
    LabResult result =
        run(
            LabOptions.builder(TinyServer.command(), "./overtake lab")
                .experiments(List.of("stall"))
                .models(List.of("threads"))
                .python("none")
                .out(folder));

    JsonNode figures = JsonMapper.shared().readTree(result.json()).at("/experiments/stall/figures");
    JsonNode round = figures.at("/variants/0/rounds/0");
    assertThat(round.at("/searchSeconds").doubleValue()).isPositive();
    assertThat(round.at("/silenceSeconds").doubleValue()).isPositive();
    assertThat(round.at("/exitSeconds").doubleValue()).isPositive();
    assertThat(figures.get("safepoints")).hasSize(3);
    for (JsonNode operation : figures.get("safepoints")) {
      assertThat(operation.at("/rounds/0/reachingSeconds")).isNotEmpty();
      assertThat(operation.at("/rounds/0/silenceSeconds").doubleValue()).isPositive();
    }
    assertThat(result.summary()).contains("CPython threads was left out");
  }

  @Test
  void switchIntervalIsToldToEachServerOfItsOwn() throws Exception {
    LabResult result =
        run(
            LabOptions.builder(TinyServer.command(), "./overtake lab")
                .experiments(List.of("interval"))
                .models(List.of("gil", "threads"))
                .python("none")
                .out(folder));

    JsonNode intervals =
        JsonMapper.shared().readTree(result.json()).at("/experiments/interval/figures/intervals");
    assertThat(intervals)
        .extracting(interval -> interval.at("/variants/0/variant").stringValue())
        .containsExactly("gil:0.5ms", "gil:5ms", "gil:50ms");
    assertThat(intervals)
        .allMatch(interval ->
            interval.at("/variants/0/rounds/0/calm/requestsPerSecond").doubleValue() > 0);
    assertThat(result.summary()).contains("unknown: There is nothing to compare at 500 µs.");
  }

  @Test
  void mixesAreOfferedToTheUsualModelsAtRisingLoads() throws Exception {
    LabResult result =
        run(
            LabOptions.builder(TinyServer.command(), "./overtake lab bimodal")
                .experiments(List.of("bimodal"))
                .models(List.of("threads"))
                .python("none")
                .withoutSpinners()
                .out(folder));

    JsonNode figures =
        JsonMapper.shared().readTree(result.json()).at("/experiments/bimodal/figures");
    assertThat(figures.at("/calibration/stepsPerMilli").doubleValue()).isPositive();
    assertThat(figures.at("/mixes/0/mix").stringValue()).isEqualTo("extreme");
    JsonNode load = figures.at("/mixes/0/variants/0/loads/0");
    assertThat(load.at("/load").doubleValue()).isEqualTo(0.2);
    assertThat(load.at("/kinds/0/p50").doubleValue()).isPositive();
    assertThat(load.at("/health/verdict").stringValue()).isNotBlank();
    assertThat(figures.at("/mixes/1/variants/0/overload/answeredPerSecond").doubleValue())
        .isPositive();
    assertThat(result.summary())
        .contains("extreme, threads: highest load", "unknown: overtake could not be measured.");
    assertThat(Files.readString(result.report())).contains("Mix extreme", "Highest load held");
  }

  @Test
  void serverThatDiesUnderLoadCostsItsOwnRowOnly() throws Exception {
    LabResult result =
        run(
            LabOptions.builder(TinyServer.command(TinyServer.DIES_UNDER_LOAD), "./overtake lab")
                .experiments(List.of("single"))
                .models(List.of("threads"))
                .python("none")
                .withoutSpinners()
                .out(folder));

    assertThat(result.summary())
        .contains("it died; its last words: out of luck")
        .contains("unknown: No server under threads could be measured.")
        .doesNotContain("CPython threads");
    assertThat(JsonMapper.shared().readTree(result.json()).at("/run/spinners").stringValue())
        .startsWith("off");
    assertThat(folder.resolve("headline.svg")).doesNotExist();
  }

  @Test
  void cpythonAnswersAsTheOthersDoOrTheRowSaysWhyNot() throws Exception {
    LabResult result =
        run(
            LabOptions.builder(TinyServer.command(), "./overtake lab")
                .experiments(List.of("single"))
                .models(List.of())
                .out(folder));

    JsonNode python = JsonMapper.shared().readTree(result.json()).at("/experiments/single/figures");
    JsonNode sequential = python.at("/variants/0");
    JsonNode threads = python.at("/variants/1");
    if (Programs.isThere("python3", "--version")) {
      assertThat(sequential.at("/rounds/0/idleSeconds").isNull()).isTrue();
      assertThat(sequential.at("/rounds/0/idleAfterLeavingSeconds").doubleValue()).isPositive();
      assertThat(threads.at("/rounds/0/idleSeconds").doubleValue()).isPositive();
    } else {
      assertThat(threads.get("failure").stringValue()).contains("cannot start python3");
    }
  }

  @Test
  void unknownExperimentIsNamedWithThoseThereAre() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LabOptions.builder(List.of("x"), "x").experiments(List.of("perf3")))
        .withMessageStartingWith("experiment \"perf3\" is unknown; there are single, perf1, ");
  }

  @Test
  void directoryThatCannotBeWrittenEndsTheRunBeforeItBegins() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));

    assertThatExceptionOfType(LabException.class)
        .isThrownBy(() -> run(LabOptions.builder(List.of("x"), "x").out(file)))
        .withMessageContaining("cannot be written, ");
    assertThat(notes).isEmpty();
  }

  private LabResult run(LabOptions.Builder options) throws Exception {
    ProgressListener listener =
        new ProgressListener() {
          @Override
          public void step(int number, int of, String label, Duration remaining) {
            assertThat(number).isBetween(1, of);
          }

          @Override
          public void note(String line) {
            notes.add(line);
          }

          @Override
          public void done(Duration took) {
            assertThat(took).isPositive();
          }
        };
    return Lab.run(options.effort(Effort.QUICK).build(), AS_SHORT_AS_POSSIBLE, listener);
  }
}
