// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class OpenLoopTest {
  private static final Duration SHORT = Duration.ofMillis(500);
  private static final OpenLoop.RequestClass LONG = new OpenLoop.RequestClass("long", 27, 10);
  private static final OpenLoop.RequestClass TINY = new OpenLoop.RequestClass("tiny", 1, 90);

  private static OpenLoop.Options options(Target target, double perSecond) {
    return OpenLoop.Options.defaults(target, perSecond).withTimes(Duration.ZERO, SHORT);
  }

  /** Runs until each class has answers, and the rest is as wanted. */
  private static OpenLoop.Run run(OpenLoop.Options options, Predicate<OpenLoop.Run> wanted)
      throws Exception {
    return Enough.until(
        run ->
            run.result().classes().stream().allMatch(result -> result.answered() > 0)
                && wanted.test(run),
        duration ->
            new OpenLoop(options.withTimes(options.warmup(), duration)).run(LoadListener.NONE));
  }

  /** Waits until the time has come, however often the wait ends early. */
  private static void work(long millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    for (long left; (left = end - System.nanoTime()) > 0; ) {
      LockSupport.parkNanos(left);
    }
  }

  @Test
  void everythingPlannedIsSentAndAnsweredByAServerThatCan() throws Exception {
    try (var server = TestServer.answering(n -> "1")) {
      OpenLoop.Run run =
          new OpenLoop(options(server.target(), 200).withArrivals(OpenLoop.Arrivals.FIXED, 1))
              .run(LoadListener.NONE);

      OpenLoop.ClassResult result = run.result().classes().getFirst();
      assertThat(result.planned()).isEqualTo(99); // one each 5 ms, the first after 5 ms
      assertThat(
              result.answered()
                  + run.result().waitingForAnswer()
                  + run.result().waitingForConnection())
          .isEqualTo(result.planned());
      assertThat(result.failed()).isZero();
      assertThat(run.result().dropped()).isZero();
      assertThat(run.result().arrivals()).isEqualTo("fixed");
      assertThat(run.failures().total()).isZero();
      await().until(() -> server.open() == 0);
    }
  }

  @Test
  void waitingForAConnectionIsInTheResponseTimeAndNotInTheServiceTime() throws Exception {
    try (var server =
        TestServer.answering(n -> {
          work(20);
          return "1";
        })) {
      OpenLoop.Run run = run(options(server.target(), 400).withConnections(1), r -> true);

      OpenLoop.ClassResult result = run.result().classes().getFirst();
      assertThat(run.result().waitingForAnswer()).isEqualTo(1);
      assertThat(run.result().waitingForConnection()).isPositive();
      assertThat(result.response().maxMicros()).isGreaterThan(result.service().maxMicros());
      // The last of those that were still waiting had just been planned, the first long before.
      assertThat(result.response().count()).isGreaterThan(result.answered());
      assertThat(result.service().count()).isLessThanOrEqualTo(result.answered() + 1);
    }
  }

  @Test
  void aSilentServerDoesNotProlongTheRun() throws Exception {
    try (var server = new TestServer(connection -> connection.getInputStream().readAllBytes())) {
      OpenLoop.Run run =
          new OpenLoop(options(server.target(), 100).withConnections(2)).run(LoadListener.NONE);

      OpenLoop.ClassResult result = run.result().classes().getFirst();
      assertThat(result.answered()).isZero();
      assertThat(run.result().answeredPerSecond()).isZero();
      assertThat(run.result().waitingForAnswer()).isEqualTo(2);
      assertThat(run.result().waitingForConnection()).isEqualTo(result.planned() - 2);
      assertThat(result.response().count()).isEqualTo(result.planned());
      assertThat(result.response().maxMicros()).isBetween(1_000.0, 500_500.0);
    }
  }

  @Test
  void classesAreMixedAndMeasuredApart() throws Exception {
    try (var server =
        TestServer.answering(n -> {
          work(n == LONG.n() ? 5 : 0);
          return "1";
        })) {
      OpenLoop.Run run = run(options(server.target(), 400).withMix(List.of(TINY, LONG)), r -> true);

      assertThat(run.result().classes())
          .extracting(OpenLoop.ClassResult::name)
          .containsExactly("tiny", "long");
      OpenLoop.ClassResult tiny = run.result().classes().getFirst();
      OpenLoop.ClassResult longs = run.result().classes().getLast();
      assertThat(tiny.planned()).isGreaterThan(longs.planned());
      assertThat(longs.answered()).isPositive();
      assertThat(longs.response().p50Micros()).isGreaterThanOrEqualTo(5_000);
      assertThat(run.classes().getLast().response().getTotalCount())
          .isEqualTo(longs.response().count());
      assertThat(run.classes().getFirst().intervals())
          .allSatisfy(interval -> assertThat(interval.phase()).isEqualTo("tiny"))
          .extracting(Interval::requests)
          .satisfies(requests ->
              assertThat(requests.stream().mapToLong(Long::longValue).sum())
                  .isEqualTo(tiny.answered()));
    }
  }

  @Test
  void warmingUpIsToldButNotMeasured() throws Exception {
    try (var server = TestServer.answering(n -> "1")) {
      var seconds = new CopyOnWriteArrayList<Second>();

      OpenLoop.Run run =
          new OpenLoop(options(server.target(), 200).withTimes(SHORT, SHORT))
              .run(
                  new LoadListener() {
                    @Override
                    public void second(Second second) {
                      seconds.add(second);
                    }
                  });

      assertThat(seconds).extracting(Second::phase).containsExactly("warmup", "short");
      assertThat(seconds.getLast().requests())
          .isEqualTo(run.result().classes().getFirst().answered());
      assertThat(run.result().seconds()).isEqualTo(0.5);
    }
  }

  @Test
  void nonsenseAndLostConnectionsFailTheirRequestsAndNoOthers() throws Exception {
    var served = new AtomicInteger();
    try (var server =
        new TestServer(connection -> {
          var lines = TestServer.lines(connection);
          while (lines.readLine() != null) {
            switch (served.getAndIncrement() % 3) {
              case 0 -> TestServer.write(connection, "1\n");
              case 1 -> TestServer.write(connection, "error: try again\n");
              default -> {
                return; // closes
              }
            }
          }
        })) {
      OpenLoop.Run run =
          run(
              options(server.target(), 100).withConnections(20),
              r -> r.failures().nonsense() > 0 && r.failures().closes() > 0);

      OpenLoop.ClassResult result = run.result().classes().getFirst();
      assertThat(result.answered()).isPositive();
      assertThat(result.failed()).isPositive();
      assertThat(run.failures().nonsense()).isPositive();
      assertThat(run.failures().closes()).isPositive();
      assertThat(run.failures().firstNonsense()).isEqualTo("error: try again");
      assertThat(
              result.answered()
                  + result.failed()
                  + run.result().waitingForAnswer()
                  + run.result().waitingForConnection())
          .isEqualTo(result.planned());
    }
  }

  @Test
  void theGeneratorsHealthTellsHowLateItsSendsWere() throws Exception {
    try (var server = TestServer.answering(n -> "1")) {
      OpenLoop.Run run = run(options(server.target(), 200), r -> true);

      assertThat(run.health().lateSendP99Micros()).isNotNull().isPositive();
    }
  }

  @Test
  void aTargetWhereNobodyListensIsUnreachable() throws Exception {
    Target nobody = TestServer.nobody();

    assertThatExceptionOfType(TargetUnreachableException.class)
        .isThrownBy(() -> new OpenLoop(options(nobody, 10)).run(LoadListener.NONE))
        .withMessageContaining("connection refused");
  }

  @Test
  void valuesOutOfRangeAreNamedWithTheirValue() {
    var good = options(new Target("127.0.0.1", 1), 10);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options(good.target(), 0))
        .withMessage("requestsPerSecond must be from 0.1 to 1000000: requestsPerSecond=0.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> good.withConnections(0))
        .withMessage("connections must be from 1 to 10000: connections=0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> good.withMix(List.of()))
        .withMessage("number of classes must be from 1 to 10: number of classes=0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> good.withMix(List.of(TINY, TINY)))
        .withMessageStartingWith("classes must have different names: mix=");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new OpenLoop.RequestClass("tiny", 1, Double.NaN))
        .withMessage("weight must be above 0: weight=NaN");
  }
}
