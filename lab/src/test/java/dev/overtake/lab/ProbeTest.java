// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.overtake.load.AnswerEnd;
import dev.overtake.load.Interference;
import dev.overtake.load.Message;
import dev.overtake.load.Service;
import dev.overtake.load.Target;
import dev.overtake.server.Handlers;
import dev.overtake.server.Model;
import dev.overtake.server.TcpServer;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The probe against a real server, from the first request to the files it leaves. */
class ProbeTest {
  @TempDir private Path folder;

  static ProbeOptions options(List<Expectation> expectations) {
    return options(1, "25\n", expectations, null);
  }

  private static ProbeOptions options(
      int port, String longOne, List<Expectation> expectations, @Nullable Path out) {
    Duration moment = Duration.ofMillis(300);
    return new ProbeOptions(
        new Interference.Options(
            new Service(
                new Target("127.0.0.1", port),
                InetAddress.getLoopbackAddress(),
                AnswerEnd.with(new byte[] {'\n'}),
                null),
            Message.bytes("1\n".getBytes(StandardCharsets.US_ASCII)),
            Message.bytes(longOne.getBytes(StandardCharsets.US_ASCII)),
            List.of(0, 1, 2),
            200,
            1,
            4,
            Duration.ZERO,
            moment,
            moment,
            Duration.ofSeconds(5),
            Duration.ofSeconds(20),
            Duration.ofSeconds(1)),
        "'1\\n'",
        "'" + longOne.strip() + "\\n'",
        expectations,
        "./overtake probe tcp://127.0.0.1:" + port,
        out);
  }

  @Test
  void aProbeLeavesAReportAndAllItsFigures() throws Exception {
    List<String> steps = new ArrayList<>();
    ProgressListener progress =
        new ProgressListener() {
          @Override
          public void step(int number, int of, String label, Duration remaining) {
            steps.add(number + "/" + of + " " + label);
          }

          @Override
          public void note(String line) {}

          @Override
          public void done(Duration took) {
            steps.add("done");
          }
        };
    for (String model : List.of("event-loop", "virtual", "overtake")) {
      steps.clear();
      Path out = folder.resolve(model);
      try (TcpServer server =
          TcpServer.builder(Handlers.named("fib")).model(Model.parse(model)).start()) {
        ProbeResult result =
            Probe.run(
                options(server.port(), "30\n", List.of(Expectation.parse("retention>=0")), out),
                progress);

        assertThat(result.expectations()).allMatch(Expectation.Judged::met);
        assertThat(result.noLongRequest()).isEmpty();
        assertThat(result.summary())
            .contains(result.verdict())
            .contains("met: retention>=0")
            .contains("report: " + out.resolve("report.html"));
      }
      assertThat(steps).hasSize(12).contains("1/11 0 long requests, at a fixed rate", "done");
      assertThat(Files.readString(out.resolve("report.html")))
          .contains("<svg", "Probe of 127.0.0.1", "effective quantum");
      JsonNode json = JsonMapper.shared().readTree(Files.readString(out.resolve("probe.json")));
      assertThat(json.get("schema").asString()).isEqualTo("overtake-probe/1");
      assertThat(json.get("levels").size()).isEqualTo(3);
      JsonNode beside = json.get("levels").get(2);
      assertThat(beside.propertyNames())
          .containsExactly(
              "longOnes",
              "okPerSecond",
              "retention",
              "closedOkPerSecond",
              "closedRetention",
              "open",
              "closed",
              "sampled",
              "longRequests",
              "recovery");
      assertThat(beside.get("open").get("response").get("count").asLong()).isPositive();
      assertThat(beside.get("longRequests").get("ok").asLong()).isPositive();
    }
  }

  @Test
  void resultsThatCannotBeWrittenAreRefusedBeforeAnythingIsMeasured() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    assertThatExceptionOfType(LabException.class)
        .isThrownBy(() -> Probe.run(options(1, "2\n", List.of(), file), ProgressListener.SILENT))
        .withMessageContaining("--out");
  }
}
