// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class InterferenceTest {
  private static final Message SHORT = Message.bytes("1\n".getBytes(StandardCharsets.US_ASCII));
  private static final Message LONG = Message.bytes("2\n".getBytes(StandardCharsets.US_ASCII));
  private static final AnswerEnd NEWLINE = AnswerEnd.with(new byte[] {'\n'});
  private static final int CONNECTIONS = 4;
  private static final Duration TENTH = Duration.ofMillis(100);

  private static Service service(Target target, @Nullable AnswerEnd end) {
    return new Service(target, InetAddress.getLoopbackAddress(), end, null);
  }

  private static Interference.Options options(Service service, Message shortOne, Message longOne) {
    return options(service, shortOne, longOne, Duration.ofSeconds(5));
  }

  private static Interference.Options options(
      Service service, Message shortOne, Message longOne, Duration patience) {
    return new Interference.Options(
        service,
        shortOne,
        longOne,
        List.of(0, 1),
        200,
        1,
        CONNECTIONS,
        Duration.ZERO,
        Duration.ofMillis(200),
        TENTH,
        patience,
        Duration.ofSeconds(1),
        Duration.ofMillis(500));
  }

  private static Interference.Options lasting(Duration phase, Interference.Options plain) {
    return new Interference.Options(
        plain.service(),
        plain.shortOne(),
        plain.longOne(),
        plain.levels(),
        plain.perSecond(),
        plain.seed(),
        plain.connections(),
        plain.warmup(),
        phase,
        phase,
        plain.patience(),
        plain.longPatience(),
        plain.recovery());
  }

  private static Interference.Run run(Interference.Options options) throws Exception {
    return new Interference(options).run(InterferenceListener.NONE);
  }

  /** Answers HTTP by hand, one connection after the other in a thread each. */
  private static TestServer http(String answer) throws IOException {
    return new TestServer(connection -> {
      BufferedReader lines = TestServer.lines(connection);
      while (lines.readLine() != null) {
        for (String line; (line = lines.readLine()) != null && !line.isEmpty(); ) {
          assertThat(line).contains(":");
        }
        TestServer.write(connection, answer);
        if (answer.contains("close")) {
          return;
        }
      }
    });
  }

  private static Message get(String path) {
    return Message.http("GET", path, List.of(Map.entry("Host", "localhost")), new byte[0]);
  }

  @Test
  void everyPlannedShortRequestIsAccountedFor() throws Exception {
    try (var server = TestServer.answering(n -> "1")) {
      Interference.Run run = run(options(service(server.target(), NEWLINE), SHORT, LONG));

      assertThat(run.levels()).extracting(Interference.Level::longOnes).containsExactly(0, 1);
      for (Interference.Level level : run.levels()) {
        for (Interference.ShortRun shorts :
            List.of(level.open(), level.closed(), level.sampled())) {
          assertThat(shorts.ok() + shorts.failed() + shorts.unanswered() + shorts.dropped())
              .isEqualTo(shorts.planned());
          assertThat(shorts.ok()).isPositive();
          assertThat(shorts.response().getTotalCount())
              .isEqualTo(shorts.ok() + shorts.agesCounted());
        }
      }
      assertThat(run.levels().getFirst().open().planned())
          .isEqualTo(run.levels().getLast().open().planned()); // the same moments at each level
      assertThat(run.levels().getLast().longRun().ok()).isPositive();
      assertThat(run.reasons()).isEmpty();
    }
  }

  @Test
  void aServerThatServesOneAfterTheOtherShowsTheStallInTheResponseTime() throws Exception {
    var one = new ReentrantLock();
    try (var server =
        TestServer.answering(n -> {
          one.lock();
          try {
            return Long.toString(TestServer.fib(n == 1 ? 1 : 32));
          } finally {
            one.unlock();
          }
        })) {
      Interference.Run run =
          Enough.until(
              shown -> shown.levels().getLast().open().longestStallMillis() > 1,
              phase ->
                  run(lasting(phase, options(service(server.target(), NEWLINE), SHORT, LONG))));

      Interference.Level beside = run.levels().getLast();
      for (Interference.ShortRun shorts :
          List.of(beside.open(), beside.closed(), beside.sampled())) {
        // What was answered after its stretch is not counted again.
        assertThat(shorts.response().getTotalCount()).isEqualTo(shorts.ok() + shorts.agesCounted());
        // Which ages count is decided apart, and those never sent have no service time.
        assertThat(shorts.service().getTotalCount())
            .isBetween(shorts.ok(), shorts.ok() + CONNECTIONS);
      }
      assertThat(beside.open().longestStallMillis()).isGreaterThan(1);
      assertThat(beside.open().response().getMaxValue())
          .isGreaterThanOrEqualTo(beside.open().service().getMaxValue());
      assertThat(requireNonNull(beside.recovery()).limitMillis()).isGreaterThan(1);
    }
  }

  @Test
  void longRequestsAreAlwaysAsManyAsToldAndNoneIsLeft() throws Exception {
    var under = new AtomicInteger();
    var most = new AtomicInteger();
    try (var server =
        TestServer.answering(n -> {
          if (n == 2) {
            most.accumulateAndGet(under.incrementAndGet(), Math::max);
            long _ = TestServer.fib(27);
            under.decrementAndGet();
          }
          return "1";
        })) {
      Interference.Options plain = options(service(server.target(), NEWLINE), SHORT, LONG);
      Interference.Run run =
          run(
              new Interference.Options(
                  plain.service(),
                  SHORT,
                  LONG,
                  List.of(0, 1, 3),
                  100,
                  1,
                  2,
                  Duration.ZERO,
                  TENTH,
                  TENTH,
                  plain.patience(),
                  Duration.ofSeconds(60),
                  plain.recovery()));

      assertThat(most.get()).isBetween(1, 3);
      assertThat(under.get()).isZero(); // all were waited for
      assertThat(run.levels()).allMatch(level -> level.longRun().withdrawn() == 0);
    }
  }

  @Test
  void aServerThatHangsLeavesTimeoutsAndLosesNothingElse() throws Exception {
    var answered = new AtomicInteger();
    try (var server =
        new TestServer(connection -> {
          BufferedReader lines = TestServer.lines(connection);
          while (lines.readLine() != null) {
            if (answered.getAndIncrement() < 1) {
              TestServer.write(connection, "1\n");
            }
          }
        })) {
      Interference.Run run = run(options(service(server.target(), NEWLINE), SHORT, LONG, TENTH));

      Interference.ShortRun open = run.levels().getFirst().open();
      assertThat(open.ok()).isZero();
      assertThat(open.failures()).containsOnlyKeys(Outcome.TIMEOUT);
      assertThat(requireNonNull(open.failures().get(Outcome.TIMEOUT)).getMinValue())
          .isGreaterThanOrEqualTo(TENTH.toNanos() * 9 / 10);
      assertThat(run.reasons()).containsKey("no answer in time");
    }
  }

  @Test
  void aConnectionClosedMidwayIsAnErrorAndTheLaneConnectsAgain() throws Exception {
    var answered = new AtomicInteger();
    try (var server =
        new TestServer(connection -> {
          BufferedReader lines = TestServer.lines(connection);
          while (lines.readLine() != null) {
            if (answered.getAndIncrement() % 3 == 2) {
              TestServer.write(connection, "1"); // half an answer
              return;
            }
            TestServer.write(connection, "1\n");
          }
        })) {
      Interference.Run run = run(options(service(server.target(), NEWLINE), SHORT, LONG));

      Interference.ShortRun open = run.levels().getFirst().open();
      assertThat(open.ok()).isPositive();
      assertThat(open.failures()).containsOnlyKeys(Outcome.ERROR);
      assertThat(run.reasons()).containsKey("connection closed before the answer");
    }
  }

  @Test
  void aServerThatGoesAwayLeavesRefusals() throws Exception {
    var served = new AtomicInteger();
    var server = new TestServer[1];
    server[0] =
        new TestServer(connection -> {
          BufferedReader lines = TestServer.lines(connection);
          while (lines.readLine() != null) {
            TestServer.write(connection, "1\n");
            if (served.incrementAndGet() >= 2) {
              server[0].stopListening();
              return;
            }
          }
        });
    try {
      Interference.Options plain = options(service(server[0].target(), NEWLINE), SHORT, LONG);
      Interference.Run run = run(plain);

      assertThat(run.levels().getLast().open().failures()).containsKey(Outcome.REFUSED);
      assertThat(requireNonNull(run.levels().getLast().recovery()).seconds()).isNull();
    } finally {
      server[0].close();
    }
  }

  @Test
  void httpAnswersOfAllFormsAreRead() throws Exception {
    for (String answer :
        List.of(
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nuntil the end",
            "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")) {
      try (var server = http(answer)) {
        Interference.Run run = run(options(service(server.target(), null), get("/"), get("/long")));

        assertThat(run.levels().getLast().open().ok()).as(answer).isPositive();
        assertThat(run.levels().getLast().open().failed()).as(answer).isZero();
        assertThat(run.levels().getLast().longRun().ok()).as(answer).isPositive();
      }
    }
  }

  @Test
  void whatIsNoHttpIsSaidBeforeAnythingIsMeasured() throws Exception {
    try (var server = http("SSH-2.0-OpenSSH_9.2\r\n\r\n")) {
      assertThatExceptionOfType(UnfitRequestException.class)
          .isThrownBy(() -> run(options(service(server.target(), null), get("/"), get("/"))))
          .withMessageContaining("not HTTP");
    }
    try (var server = http("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")) {
      assertThatExceptionOfType(UnfitRequestException.class)
          .isThrownBy(() -> run(options(service(server.target(), null), get("/"), get("/"))))
          .withMessageContaining("status 404");
    }
  }

  @Test
  void longRequestsThatFailAreCountedAndNotHammered() throws Exception {
    try (var server =
        new TestServer(connection -> {
          BufferedReader lines = TestServer.lines(connection);
          for (String line; (line = lines.readLine()) != null; ) {
            if (line.equals("2")) {
              return;
            }
            TestServer.write(connection, "1\n");
          }
        })) {
      Interference.Run run = run(options(service(server.target(), NEWLINE), SHORT, LONG));

      Interference.LongRun longRun = run.levels().getLast().longRun();
      assertThat(longRun.ok()).isZero();
      assertThat(longRun.failed()).isBetween(1L, 50L);
    }
  }

  @Test
  void answersThatEndInSilenceCountFromTheirLatestByte() throws Exception {
    try (var server =
        new TestServer(connection -> {
          while (connection.getInputStream().read() >= 0) {
            TestServer.write(connection, "?");
          }
        })) {
      Message one = Message.bytes(new byte[] {7});
      Service service = service(server.target(), AnswerEnd.whenQuietFor(Duration.ofMillis(60)));
      Interference.Run run =
          Enough.until(
              shown -> shown.levels().getFirst().sampled().ok() > 0,
              phase -> run(lasting(phase, options(service, one, one))));

      Interference.ShortRun sampled = run.levels().getFirst().sampled();
      assertThat(sampled.ok()).isPositive();
      assertThat(sampled.service().getMinValue()).isLessThan(Duration.ofMillis(60).toNanos());
    }
  }

  @Test
  void aTargetWithNobodyThereIsUnreachable() throws Exception {
    Target nobody = TestServer.nobody();
    assertThatExceptionOfType(TargetUnreachableException.class)
        .isThrownBy(() -> run(options(service(nobody, NEWLINE), SHORT, LONG)))
        .withMessageContaining("connection refused");
  }

  @Test
  void theListenerHearsEachStageInItsOrder() throws Exception {
    List<String> heard = new ArrayList<>();
    try (var server = TestServer.answering(n -> "1")) {
      new Interference(options(service(server.target(), NEWLINE), SHORT, LONG))
          .run(
              new InterferenceListener() {
                @Override
                public void begins(int longOnes, Interference.@Nullable Way way, Duration left) {
                  heard.add(longOnes + " " + way);
                }
              });
    }
    assertThat(heard)
        .containsExactly(
            "0 OPEN", "0 CLOSED", "0 SAMPLED", "1 OPEN", "1 CLOSED", "1 SAMPLED", "1 null");
  }

  @Test
  void valuesOutOfRangeAreRefusedWithTheValue() throws Exception {
    Service service = service(TestServer.nobody(), NEWLINE);
    Interference.Options plain = Interference.Options.defaults(service, SHORT, LONG);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> levels(plain, List.of(1, 2)))
        .withMessageContaining("[1, 2]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> levels(plain, List.of(0, 65)))
        .withMessageContaining("=65");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Interference.Options.defaults(service, get("/"), LONG))
        .withMessageContaining("language");
  }

  private static Interference.Options levels(Interference.Options plain, List<Integer> levels) {
    return new Interference.Options(
        plain.service(),
        SHORT,
        LONG,
        levels,
        plain.perSecond(),
        1,
        1,
        Duration.ZERO,
        TENTH,
        TENTH,
        TENTH,
        TENTH,
        TENTH);
  }

  @Test
  void anInterruptedRunEndsAndClosesItsConnections() throws Exception {
    var begun = new AtomicInteger();
    var connections = new ArrayList<Socket>();
    try (var server =
        new TestServer(connection -> {
          synchronized (connections) {
            connections.add(connection);
          }
          BufferedReader lines = TestServer.lines(connection);
          while (lines.readLine() != null) {
            begun.incrementAndGet();
            TestServer.write(connection, "1\n");
          }
        })) {
      Service service = service(server.target(), NEWLINE);
      var thrown = new Exception[1];
      Thread running =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  run(Interference.Options.defaults(service, SHORT, LONG));
                } catch (Exception e) {
                  thrown[0] = e;
                }
              });
      await().until(() -> begun.get() > 20);
      running.interrupt();
      running.join();

      assertThat(thrown[0]).isInstanceOf(InterruptedException.class);
      await().until(() -> server.open() == 0);
    }
  }
}
