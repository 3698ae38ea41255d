// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class Perf2Test {
  private static final Duration PHASE = Duration.ofMillis(300);
  private static final int HOG = 40;

  private static Perf2.Options options(TestServer server) {
    return Perf2.Options.defaults(server.target()).withPhases(PHASE).withWarmup(Duration.ZERO);
  }

  /** Runs until short requests have been answered while calm, and the rest is as wanted. */
  private static Perf2.Run run(Perf2.Options options, Predicate<Perf2.Run> wanted)
      throws Exception {
    return Enough.until(
        run -> run.calm().servedConnections() == options.connections() && wanted.test(run),
        phase -> new Perf2(options.withPhases(phase)).run(LoadListener.NONE));
  }

  /** Answers short requests at once, and none while the connection of a long one is open. */
  private static TestServer stallingBesideHogs() throws Exception {
    var hogged = new ReentrantReadWriteLock();
    return new TestServer(connection -> {
      var lines = TestServer.lines(connection);
      for (String line; (line = lines.readLine()) != null; ) {
        if (Integer.parseInt(line) == HOG) {
          hogged.readLock().lock();
          try {
            lines.readLine(); // until the client gives up
          } finally {
            hogged.readLock().unlock();
          }
        } else {
          hogged.writeLock().lock();
          try {
            TestServer.write(connection, "1\n");
          } finally {
            hogged.writeLock().unlock();
          }
        }
      }
    });
  }

  @Test
  void withoutHogsThereIsOnlyTheCalmPhase() throws Exception {
    try (var server = TestServer.answering(n -> "1")) {
      Perf2.Run run = run(options(server).withConnections(3), r -> true);

      Perf2.Result result = run.result();
      assertThat(result.calm().requests()).isPositive();
      assertThat(result.calm().requestsPerSecond())
          .isCloseTo(result.calm().requests() / run.calm().seconds(), within(1e-6));
      assertThat(result.loaded()).isNull();
      assertThat(result.recovered()).isNull();
      assertThat(result.retention()).isNull();
      assertThat(result.hogN()).isNull();
      assertThat(run.hogRun()).isNull();
      assertThat(run.warmup()).isNull();
      assertThat(run.calm().servedConnections()).isEqualTo(3);
      await().until(() -> server.open() == 0);
    }
  }

  @Test
  void aServerThatStallsBesideHogsHasNoRetentionAndAStallAsLongAsThePhase() throws Exception {
    try (var server = stallingBesideHogs()) {
      Perf2.Run run =
          run(
              options(server).withConnections(2).withHogs(2, HOG),
              r ->
                  Objects.requireNonNull(r.loaded()).unanswered() == 2
                      && Objects.requireNonNull(r.hogRun()).abandoned() == 2
                      && Objects.requireNonNull(r.recovered()).figures().requests() > 0);

      Perf2.PhaseRun loaded = Objects.requireNonNull(run.loaded());
      // The hogs need a moment to arrive; from then on nothing is answered.
      assertThat(loaded.figures().longestStallMillis()).isBetween(1.0, loaded.seconds() * 1e3);
      assertThat(loaded.unanswered()).isEqualTo(2);
      assertThat(loaded.figures().maxMicros()).isGreaterThanOrEqualTo(loaded.figures().p50Micros());
      assertThat(Objects.requireNonNull(run.recovered()).figures().requests()).isPositive();
      Perf2.HogRun hogRun = Objects.requireNonNull(run.hogRun());
      assertThat(hogRun.answered()).isZero();
      assertThat(hogRun.abandoned()).isEqualTo(2);
      assertThat(hogRun.latencies().getTotalCount()).isEqualTo(2);
      await().until(() -> server.open() == 0);
    }
  }

  @Test
  void answeredHogsAreCountedApartFromTheShortOnes() throws Exception {
    var hogs = new AtomicInteger();
    try (var server =
        TestServer.answering(n -> {
          if (n == HOG) {
            hogs.incrementAndGet();
          }
          return "1";
        })) {
      Perf2.Run run =
          run(
              options(server).withHogs(1, HOG),
              r -> Objects.requireNonNull(r.hogRun()).answered() > 0);

      Perf2.HogRun hogRun = Objects.requireNonNull(run.hogRun());
      assertThat(hogRun.answered()).isBetween(1L, (long) hogs.get());
      assertThat(run.result().hogs()).isEqualTo(1);
      assertThat(run.result().hogN()).isEqualTo(HOG);
      assertThat(Objects.requireNonNull(run.result().retention()))
          .isCloseTo(
              Objects.requireNonNull(run.result().loaded()).requestsPerSecond()
                  / run.result().calm().requestsPerSecond(),
              within(1e-9));
    }
  }

  @Test
  void theListenerHearsEverySecondThatTheResultHasAndTheWarmup() throws Exception {
    try (var server = TestServer.answering(n -> "1")) {
      var heard = new CopyOnWriteArrayList<Second>();
      var intervals = new CopyOnWriteArrayList<Interval>();

      Perf2.Run run =
          new Perf2(options(server).withHogs(1, HOG).withWarmup(PHASE))
              .run(
                  new LoadListener() {
                    @Override
                    public void second(Second second) {
                      heard.add(second);
                    }

                    @Override
                    public void interval(Interval interval) {
                      intervals.add(interval);
                    }
                  });

      assertThat(heard)
          .extracting(Second::phase)
          .containsExactly("warmup", "calm", "loaded", "recovered");
      assertThat(run.result().perSecond()).isEqualTo(heard.subList(1, 4));
      assertThat(run.result().perSecond())
          .extracting(Second::requests)
          .containsExactly(
              run.result().calm().requests(),
              Objects.requireNonNull(run.result().loaded()).requests(),
              Objects.requireNonNull(run.result().recovered()).requests());
      assertThat(run.intervals()).isEqualTo(intervals).hasSize(12);
      assertThat(run.intervals().getFirst().startSeconds()).isCloseTo(-0.3, within(1e-9));
    }
  }

  @Test
  void aServerThatDiesInTheMiddleYieldsAStallAndCountsOfRefusals() throws Exception {
    try (var server = TestServer.answering(n -> "1")) {
      Perf2.Run run =
          new Perf2(options(server).withHogs(1, HOG).withPhases(Duration.ofSeconds(2)))
              .run(
                  new LoadListener() {
                    @Override
                    public void second(Second second) {
                      try {
                        server.stop();
                      } catch (IOException e) {
                        throw new UncheckedIOException(e);
                      }
                    }
                  });

      Perf2.Phase recovered = Objects.requireNonNull(run.result().recovered());
      assertThat(recovered.requests()).isZero();
      assertThat(recovered.longestStallMillis()).isEqualTo(2_000);
      assertThat(recovered.p50Micros()).isCloseTo(2_000_000, within(2_000.0));
      assertThat(run.failures().refused()).isPositive();
      assertThat(run.failures().resets() + run.failures().closes()).isPositive();
    }
  }

  @Test
  void theGeneratorsHealthIsToldPhaseByPhaseAndForTheRun() throws Exception {
    try (var server = TestServer.answering(n -> "1")) {
      Perf2.Run run = new Perf2(options(server).withHogs(1, HOG)).run(LoadListener.NONE);

      GeneratorHealth health = run.health();
      assertThat(health.seconds()).isPositive();
      assertThat(health.cpuShare()).isPositive();
      assertThat(health.lateSendP99Micros()).isNull();
      assertThat(health.verdict()).contains("% of a core");
      assertThat(run.calm().health().seconds()).isLessThanOrEqualTo(health.seconds());
    }
  }

  @Test
  void aTargetWhereNobodyListensIsUnreachable() throws Exception {
    Target nobody = TestServer.nobody();

    assertThatExceptionOfType(TargetUnreachableException.class)
        .isThrownBy(() -> new Perf2(Perf2.Options.defaults(nobody)).run(LoadListener.NONE))
        .withMessageContaining("connection refused");
  }

  @Test
  void theJsonKeysAreTheContracts() {
    assertThat(names(Perf2.Result.class))
        .isEqualTo(
            List.of(
                "connections",
                "hogs",
                "hogN",
                "calm",
                "loaded",
                "recovered",
                "retention",
                "perSecond"));
    assertThat(names(Perf2.Phase.class))
        .isEqualTo(
            List.of(
                "requestsPerSecond",
                "p50Micros",
                "p90Micros",
                "p99Micros",
                "p999Micros",
                "maxMicros",
                "longestStallMillis",
                "requests"));
  }

  private static List<String> names(Class<? extends Record> type) {
    return Arrays.stream(type.getRecordComponents()).map(c -> c.getName()).toList();
  }

  @Test
  void valuesOutOfRangeAreNamedWithTheirValue() {
    Perf2.Options good = Perf2.Options.defaults(new Target("127.0.0.1", 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> good.withN(0))
        .withMessage("n must be from 1 to 92: n=0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> good.withConnections(10_001))
        .withMessage("connections must be from 1 to 10000: connections=10001");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> good.withHogs(-1, HOG))
        .withMessage("hogs must be from 0 to 10000: hogs=-1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> good.withHogs(1, 93))
        .withMessage("hogN must be from 1 to 92: hogN=93");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> good.withPhases(Duration.ofHours(2)))
        .withMessage("calm must be from 0.1 to 3600 s: calm=7200 s");
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            new Perf2.Options(
                good.target(),
                1,
                1,
                0,
                0,
                Duration.ZERO,
                PHASE,
                PHASE,
                PHASE,
                Duration.ofMillis(30)))
        .withMessage("interval must fit a whole number of times into a second: interval=0.03 s");
  }
}
