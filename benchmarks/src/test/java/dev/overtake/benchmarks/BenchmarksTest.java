// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BenchmarksTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void smallRunPrintsItsTableAndWritesEveryRound(@TempDir Path folder) throws Exception {
    Path json = folder.resolve("result.json");
    int exit =
        execute(
            "interference",
            "--models=overtake,netty",
            "--connections=2",
            "--hogs=1",
            "--rounds=2",
            "--seconds=0.4",
            "--warmup=0.2",
            "--placement=shared",
            "--no-spinners",
            "--json=" + json);

    assertThat(exit).describedAs(err.toString()).isZero();
    assertThat(out.toString())
        .contains("command    benchmarks/run interference --models=overtake,netty")
        .contains("placement  generator and server share cores")
        .contains("median (min–max) of 2 rounds")
        .containsPattern("2 connections, 1 hogs +calm req/s +loaded req/s +retention")
        .containsPattern("(?m)^overtake +[\\d,]+ \\([\\d,]+–[\\d,]+\\)")
        .containsPattern("(?m)^netty +[\\d,]+ \\(")
        .containsPattern("overtake, 2 connections, 1 hogs, retention: .* wanted at least 0.900: ")
        .doesNotContain("not measured");

    JsonNode report = JsonMapper.shared().readTree(Files.readAllBytes(json));
    JsonNode row = report.at("/benchmarks/0/rows/0");
    assertThat(report.at("/schema").intValue()).isEqualTo(1);
    assertThat(row.at("/model").stringValue()).isEqualTo("overtake");
    assertThat(row.at("/figures/retention/rounds").size()).isEqualTo(2);
    assertThat(row.at("/figures/calmRequestsPerSecond/min").doubleValue()).isPositive();
  }

  @Test
  void offersAMixToNettyAsWell() {
    int exit =
        execute(
            "bimodal",
            "--loads=0.2",
            "--models=overtake,netty",
            "--rounds=1",
            "--seconds=2",
            "--warmup=0.2",
            "--placement=shared",
            "--no-spinners");

    assertThat(exit).describedAs(err.toString()).isZero();
    assertThat(out.toString())
        .containsPattern("extreme at 20% +planned/s +answered share +short p99 × +short p99.9 ×")
        .containsPattern("(?m)^netty +[\\d,]+ +[\\d.]+ +[\\d.,]+ ")
        .containsPattern("extreme, netty, highest load: [\\d.]+")
        .containsPattern("overtake ÷ netty, highest load, .* wanted at least 2.00: ");
  }

  @Test
  void tellsWhatATripCosts() {
    // Where others compute too, a fresh worker may take a second for its first tasks.
    assertThat(briefly("trip", "2"))
        .containsPattern(
            "overtake@processes:4, 32 connections, trip's processor time in µs: [-\\d]");
  }

  @Test
  void mixesCostsForWhoLearnsThem() {
    assertThat(briefly("learned", "1", "--models=overtake"))
        .contains("closed loop of n=1, 5, 10, 15, 20, 25, 30, 35")
        .containsPattern("(?m)^overtake +[\\d,]+ ");
  }

  @Test
  void holdsTheClusterAgainstItsEngine() {
    assertThat(briefly("cluster", "0.2"))
        .containsPattern("cluster ÷ jgroups, 1 caller, p50: \\d.*, wanted at most 1.10: ")
        .containsPattern("jgroups ÷ cluster, 64 in flight, trips/s: \\d");
  }

  @Test
  void tellsHowSoonWorkersAreThere() {
    assertThat(briefly("start", "0.2")).containsPattern("with ÷ without cache, first result: \\d");
  }

  private String briefly(String benchmark, String seconds, String... more) {
    List<String> arguments = new ArrayList<>(List.of(more));
    arguments.addAll(
        List.of(
            benchmark,
            "--rounds=1",
            "--seconds=" + seconds,
            "--warmup=0.2",
            "--placement=shared",
            "--no-spinners"));
    int exit = execute(arguments.toArray(String[]::new));
    assertThat(exit).describedAs(err.toString()).isZero();
    return out.toString();
  }

  @Test
  void tableCanBePasted() {
    int exit =
        execute(
            "layer",
            "--models=bare",
            "--rounds=1",
            "--seconds=0.2",
            "--warmup=0.2",
            "--placement=shared",
            "--no-spinners",
            "--markdown");

    assertThat(exit).describedAs(err.toString()).isZero();
    assertThat(out.toString())
        .startsWith("`benchmarks/run layer --models=bare")
        .contains("|  | model | requests/s | server CPU µs/req |", "| --- | --- |")
        .containsPattern("(?m)^\\| 32 connections \\| `bare` \\| [\\d,]+ \\|");
  }

  @Test
  void serviceThatIsNotBuiltCostsItsRowAndSaysWhatToDo() {
    int exit =
        execute(
            "frameworks",
            "--frameworks=jetty",
            "--models=virtual",
            "--rounds=1",
            "--seconds=0.2",
            "--warmup=0.2",
            "--placement=shared",
            "--no-spinners");

    assertThat(exit).describedAs(err.toString()).isZero();
    assertThat(out.toString())
        .contains(
            "not measured: virtual, jetty: jetty: the service is not built; start this with benchmarks/run");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "interfernce               | benchmark unknown: interfernce; choose of interference, calm",
        "calm --models=nety        | model unknown: nety; choose of sequential",
        "calm --models=overtake@x  | model unknown: overtake@x; choose of sequential",
        "bimodal --mix=x           | mix unknown: x; choose of extreme, high, tpcc, rocksdb, fixed",
        "bimodal --loads=3         | --loads must be from 0.001 to 2: 3",
        "calm --seconds=0          | --seconds must be from 0.2 to 600: 0",
        "frameworks calm           | frameworks has a plan of its own; run it alone",
        "frameworks --frameworks=x | framework unknown: x; choose of jetty, tomcat, helidon",
        "frameworks-calm --frameworks=grpc | frameworks-calm asks over HTTP/1.1",
        "calm --rounds=0           | --rounds must be from 1 to 1000: 0",
        "interference --hogs=1,-2  | --hogs must be from 1 to 1000: -2",
        "calm --placement=moon     | moon",
        "calm --rounds=many        | many"
      })
  void misuseIsOneLineWithTheValue(String arguments, String complaint) {
    int exit = execute(arguments.split(" "));

    assertThat(exit).isEqualTo(2);
    assertThat(err.toString()).startsWith("benchmarks/run: ").contains(complaint).hasLineCount(1);
    assertThat(out.toString()).isEmpty();
  }

  private int execute(String... arguments) {
    CommandLine command = Benchmarks.commandLine(arguments);
    return command
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
