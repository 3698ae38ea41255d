// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.overtake.compute.Compute;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The article's handler over a real compute, workers among them that are modules as we are. */
final class DelegatedFibTest {
  /** More than a worker without a task takes for itself meanwhile. */
  private static final Duration CLEARLY_BUSY = Duration.ofMillis(300);

  private static TcpServer serve(Compute compute) throws Exception {
    Handler fib = Handlers.named("fib", List.of(), compute);
    assertThat(fib).isInstanceOf(DelegatedFib.class);
    return TcpServer.builder(fib).model(Model.parse("overtake")).grace(Duration.ZERO).start();
  }

  @ParameterizedTest
  @ValueSource(strings = {"threads:2", "threshold:15,threads:1", "learned,threads:2"})
  void answersInOrderWhereverItIsComputed(String spelling) throws Exception {
    try (Compute compute = Compute.parse(spelling)) {
      compute.start();
      try (TcpServer server = serve(compute);
          Client client = new Client(server)) {
        client.send("1\n30\n10\nten\n20\n");

        assertThat(client.line()).isEqualTo("1");
        assertThat(client.line()).isEqualTo("832040");
        assertThat(client.line()).isEqualTo("55");
        assertThat(client.line()).startsWith("error: not a whole number: ten");
        assertThat(client.line()).isEqualTo("6765");
      }
    }
  }

  @Test
  void tellsTheClientThatAWorkerDiedAndGoesOn() throws Exception {
    try (Compute compute = Compute.parse("processes:1")) {
      compute.start();
      try (TcpServer server = serve(compute);
          Client client = new Client(server)) {
        assertThat(client.send("10").line()).isEqualTo("55");

        ProcessHandle worker = worker();
        Duration before = cpuTime(worker);
        client.send("80");
        await().until(() -> cpuTime(worker).compareTo(before.plus(CLEARLY_BUSY)) > 0);
        worker.destroyForcibly();

        assertThat(client.line())
            .matches(
                "error: worker \\d+ \\(pid \\d+\\) was ended by signal 9 while .* fib\\(80\\)");
        assertThat(client.send("11").line()).isEqualTo("89");
      }
    }
  }

  private static Duration cpuTime(ProcessHandle worker) {
    return worker.info().totalCpuDuration().orElseThrow();
  }

  @Test
  void tellsTheClientWhenTheComputeIsClosedAndGoesOn() throws Exception {
    Compute compute = Compute.parse("threshold:5,threads:1");
    compute.start();
    try (TcpServer server = serve(compute);
        Client client = new Client(server)) {
      assertThat(client.send("10").line()).isEqualTo("55");

      compute.close();

      assertThat(client.send("10").line())
          .isEqualTo("error: threads:1: closed; task fib(10) is not taken");
      assertThat(client.send("5").line()).isEqualTo("5");
    }
  }

  @Test
  void askNobodyWhereTheyAreToComputeThemselves() {
    assertThat(Handlers.named("fib", List.of(), Compute.parse("inline"))).isInstanceOf(Fib.class);
  }

  private static ProcessHandle worker() {
    return ProcessHandle.current()
        .children()
        .filter(
            child -> child.info().commandLine().orElse("").contains("dev.overtake.compute.Worker"))
        .findFirst()
        .orElseThrow();
  }
}
