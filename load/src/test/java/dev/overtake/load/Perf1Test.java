// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class Perf1Test {
  private static final Duration SHORT = Duration.ofMillis(300);

  private static Perf1 perf1(Target target, int clients) {
    return perf1(target, clients, SHORT);
  }

  private static Perf1 perf1(Target target, int clients, Duration duration) {
    return new Perf1(new Perf1.Options(target, 10, clients, duration));
  }

  /** Runs until there are samples. */
  private static Perf1.Run answered(Target target, int clients, Consumer<Perf1.Sample> listener)
      throws Exception {
    return Enough.until(
        run -> run.result().samples() > 1,
        duration -> perf1(target, clients, duration).run(listener));
  }

  /** Runs until something has failed. */
  private static Perf1.Run failed(Target target) throws Exception {
    return Enough.until(
        run -> run.failures().total() > 1,
        duration -> perf1(target, 1, duration).run(sample -> {}));
  }

  @Test
  void everyAnswerIsToldAndCounted() throws Exception {
    try (var server = TestServer.answering(n -> "55")) {
      var samples = new CopyOnWriteArrayList<Perf1.Sample>();

      Perf1.Run run = answered(server.target(), 1, samples::add);

      assertThat(run.result().samples()).isPositive();
      assertThat(samples).isNotEmpty();
      assertThat(samples.getFirst().number()).isEqualTo(1);
      assertThat(samples.getFirst().client()).isEqualTo(1);
      assertThat(run.result().minSeconds())
          .isPositive()
          .isLessThanOrEqualTo(run.result().medianSeconds());
      assertThat(run.result().p99Seconds()).isLessThanOrEqualTo(run.result().maxSeconds());
      assertThat(run.failures().total()).isZero();
      await().until(() -> server.open() == 0);
    }
  }

  @Test
  void theListenerIsCalledByTheCallersThread() throws Exception {
    try (var server = TestServer.answering(n -> "55")) {
      var threads = new CopyOnWriteArrayList<Thread>();

      answered(server.target(), 1, sample -> threads.add(Thread.currentThread()));

      assertThat(threads).isNotEmpty().containsOnly(Thread.currentThread());
    }
  }

  @Test
  void aClientThatIsNeverServedIsSeenInTheMaximum() throws Exception {
    var oneAtATime = new ReentrantLock();
    try (var server =
        new TestServer(connection -> {
          oneAtATime.lock();
          try {
            var lines = TestServer.lines(connection);
            while (lines.readLine() != null) {
              TestServer.write(connection, "55\n");
            }
          } finally {
            oneAtATime.unlock();
          }
        })) {
      Perf1.Run run = perf1(server.target(), 2).run(sample -> {});

      assertThat(run.perClient()).extracting(Perf1.ClientFigures::answered).contains(0L);
      assertThat(run.unanswered()).isPositive();
      assertThat(run.result().maxSeconds()).isCloseTo(0.3, within(0.001));
      assertThat(run.perClient())
          .filteredOn(client -> client.answered() == 0)
          .allSatisfy(client -> assertThat(client.longestSeconds()).isEqualTo(0.3));
    }
  }

  @Test
  void aSilentServerYieldsNoSamplesAndAnEndInTime() throws Exception {
    try (var silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      Perf1.Run run = perf1(new Target("127.0.0.1", silent.getLocalPort()), 3).run(sample -> {});

      assertThat(run.result().samples()).isZero();
      assertThat(run.result().minSeconds()).isCloseTo(0.3, within(0.001));
      assertThat(run.unanswered()).isEqualTo(3);
    }
  }

  @Test
  void aTargetWhereNobodyListensIsUnreachable() throws Exception {
    Target nobody = TestServer.nobody();

    assertThatExceptionOfType(TargetUnreachableException.class)
        .isThrownBy(() -> perf1(nobody, 2).run(sample -> {}))
        .withMessageContaining(nobody + ": cannot connect, connection refused");
  }

  @Test
  void aHostNobodyKnowsIsUnreachable() {
    assertThatExceptionOfType(TargetUnreachableException.class)
        .isThrownBy(() -> perf1(new Target("no-such-host.invalid", 1), 1).run(sample -> {}))
        .withMessageContaining("no-such-host.invalid:1: cannot connect, host unknown");
  }

  @Test
  void answersInPiecesAreOneAnswer() throws Exception {
    try (var server =
        new TestServer(connection -> {
          var lines = TestServer.lines(connection);
          while (lines.readLine() != null) {
            TestServer.write(connection, "5");
            TestServer.write(connection, "5\r");
            TestServer.write(connection, "\n");
          }
        })) {
      Perf1.Run run = answered(server.target(), 2, sample -> {});

      assertThat(run.result().samples()).isPositive();
      assertThat(run.failures().total()).isZero();
    }
  }

  @Test
  void answersNobodyAskedForAreNonsenseAndNoSamples() throws Exception {
    var asked = new AtomicLong();
    try (var server =
        new TestServer(connection -> {
          var lines = TestServer.lines(connection);
          while (lines.readLine() != null) {
            asked.incrementAndGet();
            TestServer.write(connection, "55\n56\n57\n");
          }
        })) {
      Perf1.Run run = answered(server.target(), 1, sample -> {});

      assertThat(run.failures().nonsense()).isPositive();
      assertThat(run.result().samples()).isBetween(1L, asked.get());
    }
  }

  @Test
  void answersThatAreNoNumbersAreNonsenseAndNoSamples() throws Exception {
    try (var server = TestServer.answering(n -> "HTTP/1.1 400 Bad Request")) {
      Perf1.Run run = failed(server.target());

      assertThat(run.result().samples()).isZero();
      assertThat(run.failures().nonsense()).isPositive();
      assertThat(run.failures().firstNonsense()).isEqualTo("HTTP/1.1 400 Bad Request");
    }
  }

  @Test
  void noiseWithoutANewlineEndsTheConnection() throws Exception {
    try (var server =
        new TestServer(connection -> {
          while (true) {
            TestServer.write(connection, "x".repeat(1_000));
          }
        })) {
      Perf1.Run run = failed(server.target());

      assertThat(run.result().samples()).isZero();
      assertThat(run.failures().nonsense()).isPositive();
      assertThat(server.accepted()).isGreaterThan(1);
    }
  }

  @Test
  void resetConnectionsAreCountedAndOpenedAgain() throws Exception {
    try (var server =
        new TestServer(connection -> {
          var lines = TestServer.lines(connection);
          lines.readLine();
          TestServer.write(connection, "55\n");
          lines.readLine();
          connection.setSoLinger(true, 0); // close sends a reset
        })) {
      Perf1.Run run =
          new Perf1(new Perf1.Options(server.target(), 1, 1, Duration.ofSeconds(1)))
              .run(sample -> {});

      assertThat(run.failures().resets()).isPositive();
      assertThat(run.result().samples()).isGreaterThan(1);
      // One answer for each connection; the end may have cut the last one off.
      assertThat(run.result().samples())
          .isBetween(server.accepted() - 1L, (long) server.accepted());
      // The request that the reset cut off is sent again and counts from its first moment.
      assertThat(run.result().maxSeconds()).isGreaterThanOrEqualTo(0.099);
    }
  }

  @Test
  void connectionsThatTheServerClosesAreCounted() throws Exception {
    try (var server =
        new TestServer(connection -> assertThat(connection.getInputStream().read()).isPositive())) {
      Perf1.Run run = failed(server.target());

      assertThat(run.result().samples()).isZero();
      assertThat(run.failures().closes() + run.failures().resets()).isPositive();
    }
  }

  @Test
  void aListenerThatThrowsEndsTheRunAndClosesItsConnections() throws Exception {
    try (var server = TestServer.answering(n -> "55")) {
      assertThatExceptionOfType(IllegalStateException.class)
          .isThrownBy(() ->
              new Perf1(new Perf1.Options(server.target(), 1, 2, Duration.ofMinutes(10)))
                  .run(sample -> {
                    throw new IllegalStateException("enough");
                  }))
          .withMessage("enough");

      await().until(() -> server.open() == 0);
    }
  }

  @Test
  void anInterruptEndsTheRunAndClosesItsConnections() throws Exception {
    try (var server = TestServer.answering(n -> "55")) {
      var running = new CountDownLatch(1);
      var thrown = new AtomicReference<Throwable>();
      Thread caller =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  new Perf1(new Perf1.Options(server.target(), 1, 2, Duration.ofMinutes(10)))
                      .run(sample -> running.countDown());
                } catch (Exception e) {
                  thrown.set(e);
                }
              });
      running.await();

      caller.interrupt();
      caller.join();

      assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
      await().until(() -> server.open() == 0);
    }
  }

  @Test
  void theJsonKeysAreTheContracts() {
    assertThat(Arrays.stream(Perf1.Result.class.getRecordComponents()).map(c -> c.getName()))
        .isEqualTo(
            List.of(
                "n",
                "clients",
                "samples",
                "minSeconds",
                "medianSeconds",
                "p99Seconds",
                "maxSeconds"));
  }

  @Test
  void valuesOutOfRangeAreNamedWithTheirValue() {
    var target = new Target("127.0.0.1", 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Perf1.Options(target, 93, 1, SHORT))
        .withMessage("n must be from 1 to 92: n=93");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Perf1.Options(target, -3, 1, SHORT))
        .withMessage("n must be from 1 to 92: n=-3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Perf1.Options(target, 1, 0, SHORT))
        .withMessage("clients must be from 1 to 10000: clients=0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Perf1.Options(target, 1, 1, Duration.ofMillis(10)))
        .withMessage("duration must be from 0.1 to 3600 s: duration=0.01 s");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Target("127.0.0.1", 70_000))
        .withMessage("port must be from 1 to 65535: port=70000");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Target(" ", 70))
        .withMessage("host must not be blank: host=' '");
  }
}
