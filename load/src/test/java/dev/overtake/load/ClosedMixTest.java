// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClosedMixTest {
  private static final List<OpenLoop.RequestClass> MIX =
      List.of(new OpenLoop.RequestClass("common", 3, 9), new OpenLoop.RequestClass("rare", 20, 1));

  private static ClosedMix.Run run(Target target, Duration duration) throws Exception {
    return new ClosedMix(new ClosedMix.Options(target, MIX, 4, Duration.ofMillis(20), duration))
        .run();
  }

  @Test
  void dealsRequestsOutByTheirWeights() throws Exception {
    try (var server = TestServer.computingFib()) {
      ClosedMix.Run run =
          Enough.until(r -> r.classes().getLast().answered() > 20, d -> run(server.target(), d));

      double common = run.classes().getFirst().answered();
      double rare = run.classes().getLast().answered();
      // All but what was under way at either end.
      assertThat(common).isCloseTo(9 * rare, within(20.0));
      assertThat(run.requestsPerSecond()).isPositive();
      assertThat(run.classes().getLast().latencies().getTotalCount()).isEqualTo((long) rare);
      assertThat(run.failures().total()).isZero();
      await().until(() -> server.open() == 0);
    }
  }

  @Test
  void goesOnAfterNonsenseAndCountsIt() throws Exception {
    try (var server = TestServer.answering(n -> n == 3 ? "2" : "error: not today")) {
      ClosedMix.Run run =
          Enough.until(
              r -> r.failures().total() > 1 && r.classes().getFirst().answered() > 1,
              d -> run(server.target(), d));

      assertThat(run.classes().getLast().answered()).isZero();
    }
  }

  @Test
  void refusesWhatIsOutOfRange() throws Exception {
    Target nobody = TestServer.nobody();
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new ClosedMix.Options(nobody, MIX, 0, Duration.ZERO, Duration.ofSeconds(1)))
        .withMessageContaining("connections=0");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new ClosedMix.Options(nobody, List.of(), 1, Duration.ZERO, Duration.ofSeconds(1)))
        .withMessageContaining("classes");
  }
}
