// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

class HogCalibrationTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1_000_000);

  /** A server that answers n after 1.618 to the n-15 microseconds, on the test's clock. */
  private TestServer golden(int offset) throws IOException {
    return taking(n -> (long) (1_000 * Math.pow((1 + Math.sqrt(5)) / 2, n - 15 - offset)));
  }

  private TestServer taking(IntToLongFunction nanos) throws IOException {
    return TestServer.answering(n -> {
      clock.addAndGet(nanos.applyAsLong(n));
      return "1";
    });
  }

  private HogCalibration calibration(TestServer server, Duration wanted) {
    return new HogCalibration(server.target(), wanted, Duration.ofSeconds(20), clock::get);
  }

  @Test
  void findsTheRequestThatLastsAboutAsLongAsAsked() throws Exception {
    try (var server = golden(0)) {
      // 1000 s are 1e9 µs, which is 1.618 to the 43.07.
      HogCalibration.Hog hog = calibration(server, Duration.ofSeconds(1_000)).run();

      assertThat(hog.n()).isEqualTo(58);
      assertThat(hog.expectedSeconds()).isBetween(966.0, 970.0);
      await().until(() -> server.open() == 0);
    }
  }

  @Test
  void findsShortOnesToo() throws Exception {
    try (var server = golden(0)) {
      // 8000 µs are 1.618 to the 18.68.
      assertThat(calibration(server, Duration.ofMillis(8)).run().n()).isEqualTo(34);
    }
  }

  @Test
  void asksForNoMoreThan92() throws Exception {
    try (var server = golden(45)) { // as if on a machine from the far future
      HogCalibration.Hog hog = calibration(server, Duration.ofHours(1)).run();

      assertThat(hog.n()).isEqualTo(92);
      assertThat(hog.expectedSeconds()).isBetween(4.8, 4.9);
    }
  }

  @Test
  void aServerWhoseAnswersTakeNoLongerIsNoServerOfFib() throws Exception {
    try (var server = taking(_ -> 20_000)) {
      assertThatExceptionOfType(CalibrationException.class)
          .isThrownBy(() -> calibration(server, SECOND).run())
          .withMessageMatching(
              "127.0.0.1:\\d+: n=92 takes 0.0200 ms, only 1.00 times as long as n=89, so this is no"
                  + " server of naive fib; choose the long request yourself");
    }
  }

  @Test
  void aMachineThatIsBusyForAWhileIsNoReasonToGiveUp() throws Exception {
    var times31 = new AtomicInteger();
    try (var server =
        taking(n ->
            switch (n) {
              case 31 -> times31.incrementAndGet() <= 25 ? 6_000_000 : 2_207_000;
              case 34 -> 9_349_000;
              default -> 1_000;
            })) {
      assertThat(calibration(server, Duration.ofMillis(8)).run().n()).isEqualTo(34);
      assertThat(times31.get()).isGreaterThan(25);
    }
  }

  @Test
  void aServerThatAnswersNonsenseIsNamedWithItsAnswer() throws Exception {
    try (var server = TestServer.answering(n -> "what\tis " + n + "?")) {
      assertThatExceptionOfType(CalibrationException.class)
          .isThrownBy(() -> new HogCalibration(server.target(), SECOND).run())
          .withMessageContaining("answered 'what.is 10?' to n=10 where a number was expected");
    }
  }

  @Test
  void aServerThatClosesIsNamed() throws Exception {
    try (var server = new TestServer(connection -> TestServer.lines(connection).readLine())) {
      assertThatExceptionOfType(CalibrationException.class)
          .isThrownBy(() -> new HogCalibration(server.target(), SECOND).run())
          .withMessageContaining("closed the connection instead of answering n=10");
    }
  }

  @Test
  void aSilentServerIsGivenUp() throws Exception {
    try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var target = new Target("127.0.0.1", silent.getLocalPort());

      assertThatExceptionOfType(CalibrationException.class)
          .isThrownBy(() ->
              new HogCalibration(target, SECOND, Duration.ofMillis(200), System::nanoTime).run())
          .withMessageContaining("no answer to n=10 within 0.2 s");
    }
  }

  @Test
  void anInterruptEndsTheWaitForASilentServer() throws Exception {
    var asked = new CountDownLatch(1);
    try (var server =
        new TestServer(connection -> {
          var lines = TestServer.lines(connection);
          lines.readLine();
          asked.countDown();
          lines.readLine();
        })) {
      var thrown = new AtomicReference<Throwable>();
      Thread caller =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  new HogCalibration(server.target(), SECOND).run();
                } catch (Exception e) {
                  thrown.set(e);
                }
              });
      assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();

      caller.interrupt();
      caller.join();

      assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
      await().until(() -> server.open() == 0);
    }
  }

  @Test
  void nobodyListeningIsUnreachable() throws Exception {
    Target nobody = TestServer.nobody();

    assertThatExceptionOfType(TargetUnreachableException.class)
        .isThrownBy(() -> new HogCalibration(nobody, SECOND).run())
        .withMessageContaining("connection refused");
  }

  @Test
  void aWishOutOfRangeIsNamedWithItsValue() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new HogCalibration(new Target("127.0.0.1", 1), Duration.ZERO))
        .withMessage("wanted must be from 0.001 to 3600 s: wanted=0 s");
  }
}
