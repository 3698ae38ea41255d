// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.overtake.server.Handler;
import dev.overtake.server.Handlers;
import dev.overtake.server.TcpServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The article's clients as a user meets them: what they print, and how they end. */
class PerfCommandsTest {
  private static final List<String> PHASE_KEYS =
      List.of(
          "requestsPerSecond",
          "p50Micros",
          "p90Micros",
          "p99Micros",
          "p999Micros",
          "maxMicros",
          "longestStallMillis",
          "requests");

  private final List<TcpServer> started = new ArrayList<>();

  @AfterEach
  void stopServers() {
    started.forEach(TcpServer::close);
  }

  @Test
  void perf1PrintsEachLatencyInSecondsAndThenASummary() throws IOException {
    Outcome outcome = perf(fib(), "perf1", "--n", "24", "--seconds", "0.2");

    assertThat(outcome.exitStatus()).isZero();
    assertThat(outcome.out().lines().takeWhile(line -> !line.isEmpty()))
        .isNotEmpty()
        .allMatch(line -> line.matches("\\d+\\.\\d{9}"));
    assertThat(outcome.out()).containsPattern("min +\\d+\\.\\d{9} s\n").contains("median", "max");
    assertThat(outcome.err()).startsWith("generator: ");
  }

  @Test
  void perf1AsJsonHasTheAgreedKeysAndNothingElse() throws IOException {
    Outcome outcome =
        perf(fib(), "perf1", "--n", "12", "--clients", "2", "--seconds", "0.2", "--json");

    JsonNode result = JsonMapper.shared().readTree(outcome.out());
    assertThat(result.propertyNames())
        .containsExactly(
            "n", "clients", "samples", "minSeconds", "medianSeconds", "p99Seconds", "maxSeconds");
    assertThat(result.get("n").asInt()).isEqualTo(12);
    assertThat(result.get("clients").asInt()).isEqualTo(2);
    assertThat(outcome.out()).hasLineCount(1);
  }

  @Test
  void perf2PrintsALineASecondUnderTheNameOfItsPhase() throws IOException {
    Outcome outcome =
        perf(fib(), "perf2", "--hogs", "1", "--hog-n", "20", "--warmup", "0s", "--seconds", "0.2");

    assertThat(outcome.out().lines().takeWhile(line -> !line.isEmpty()))
        .filteredOn(line -> line.startsWith("--"))
        .containsExactly("-- calm", "-- loaded, with 1 of n=20", "-- recovered");
    assertThat(outcome.out()).containsPattern("\n\\d+ requests/second\n");
    assertThat(outcome.out().lines().dropWhile(line -> !line.startsWith("phase")))
        .hasSize(5)
        .last()
        .asString()
        .startsWith("retention ");
  }

  @Test
  void perf2AsJsonHasTheAgreedKeysAndNothingElse() throws IOException {
    Outcome outcome =
        perf(fib(), "perf2", "--hogs", "1", "--hog-length", "5ms", "--seconds", "0.2", "--json");

    JsonNode result = JsonMapper.shared().readTree(outcome.out());
    assertThat(result.propertyNames())
        .containsExactly(
            "connections", "hogs", "hogN", "calm", "loaded", "recovered", "retention", "perSecond");
    for (String phase : List.of("calm", "loaded", "recovered")) {
      assertThat(result.get(phase).propertyNames()).containsExactlyElementsOf(PHASE_KEYS);
    }
    assertThat(result.get("perSecond").size()).isEqualTo(3);
    assertThat(outcome.err()).contains("a hog is n=" + result.get("hogN").asInt() + ", about ");
  }

  @Test
  void aServerThatNeverAnswersIsAFailureThatSaysSo() throws IOException {
    Handler silent =
        connection -> {
          byte[] buffer = new byte[100];
          while (connection.read(buffer) >= 0) {
            buffer[0] = 0; // read, and say nothing
          }
        };

    Outcome outcome = perf(silent, "perf1", "--seconds", "0.2");

    assertThat(outcome.exitStatus()).isEqualTo(1);
    assertThat(outcome.out()).contains("answers  0").contains("max ");
    assertThat(outcome.err().lines()).last().asString().contains("no answer at all");
  }

  @Test
  void aServerThatAnswersNonsenseIsAFailureThatQuotesIt() throws IOException {
    Handler polite =
        connection -> {
          byte[] buffer = new byte[100];
          while (connection.read(buffer) >= 0) {
            connection.write("good day\n".getBytes(US_ASCII));
          }
        };

    Outcome outcome = perf(polite, "perf2", "--seconds", "0.2");

    assertThat(outcome.exitStatus()).isEqualTo(1);
    assertThat(outcome.err()).contains("went wrong: ").contains("first 'good day'");
  }

  private static Handler fib() {
    return Handlers.named("fib");
  }

  private Outcome perf(Handler handler, String... arguments) throws IOException {
    TcpServer server = TcpServer.builder(handler).grace(Duration.ZERO).start();
    started.add(server);
    String[] all = new String[arguments.length + 2];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    all[arguments.length] = "--port";
    all[arguments.length + 1] = String.valueOf(server.port());
    return Outcome.of(all);
  }
}
