// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class IdleFleetTest {
  private static final Duration SHORT = Duration.ofMillis(300);

  @Test
  void connectsFromTheAddressAndThePortsItIsGiven() throws Exception {
    InetAddress other = InetAddress.ofLiteral("127.0.0.2");
    try (var listening = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      var target = new Target("127.0.0.1", listening.getLocalPort());
      // Below those that the system hands out, and above those that servers like.
      var source = new InetSocketAddress(other, 28_101);
      try (var fleet = IdleFleet.open(new IdleFleet.Options(target, 2, 1_000, source));
          var first = listening.accept();
          var second = listening.accept()) {
        assertThat(fleet.opening().connected()).isEqualTo(2);
        assertThat(first.getRemoteSocketAddress()).isEqualTo(source);
        assertThat(second.getRemoteSocketAddress()).isEqualTo(new InetSocketAddress(other, 28_102));
      }
    }
  }

  @Test
  void opensAllAndPingsASampleSpreadOverThem() throws Exception {
    var pinged = ConcurrentHashMap.newKeySet();
    try (var server =
            new TestServer(connection -> {
              var lines = TestServer.lines(connection);
              while (lines.readLine() != null) {
                pinged.add(connection);
                TestServer.write(connection, "1\n");
              }
            });
        var fleet = IdleFleet.open(new IdleFleet.Options(server.target(), 60, 10_000))) {
      assertThat(fleet.opening().connected()).isEqualTo(60);
      assertThat(fleet.opening().connectLatency().count()).isEqualTo(60);
      assertThat(fleet.opening().failures().total()).isZero();
      assertThat(fleet.opening().limit()).isNull();
      await().until(() -> server.open() == 60);

      IdleFleet.Pings pings =
          Enough.until(p -> p.answered() >= 5, duration -> fleet.ping(1, 5, duration));

      assertThat(pings.answered()).isGreaterThanOrEqualTo(5);
      assertThat(pinged).hasSize(5);
      assertThat(pings.openConnections()).isEqualTo(60);
      assertThat(pings.latency().count()).isBetween(pings.answered(), pings.answered() + 1);
    }
  }

  @Test
  void theRateOfConnectingIsNotExceeded() throws Exception {
    try (var server = TestServer.answering(n -> "1");
        var fleet = IdleFleet.open(new IdleFleet.Options(server.target(), 21, 100))) {
      assertThat(fleet.opening().seconds()).isGreaterThanOrEqualTo(0.2);
      assertThat(fleet.opening().connectsPerSecond())
          .isCloseTo(21 / fleet.opening().seconds(), within(1e-6));
    }
  }

  @Test
  void closingClosesAll() throws Exception {
    try (var server = TestServer.answering(n -> "1")) {
      try (var fleet = IdleFleet.open(new IdleFleet.Options(server.target(), 30, 10_000))) {
        await().until(() -> server.open() == 30);
        assertThat(fleet.opening().connected()).isEqualTo(30);
      }

      await().until(() -> server.open() == 0);
    }
  }

  @Test
  void connectionsThatTheServerClosesAreNoticedByThePings() throws Exception {
    var accepted = new AtomicInteger();
    try (var server =
            new TestServer(connection -> {
              if (accepted.incrementAndGet() % 2 == 0) {
                return;
              }
              var lines = TestServer.lines(connection);
              while (lines.readLine() != null) {
                TestServer.write(connection, "1\n");
              }
            });
        var fleet = IdleFleet.open(new IdleFleet.Options(server.target(), 20, 10_000))) {
      await().until(() -> server.accepted() == 20 && server.open() == 10);

      IdleFleet.Pings pings =
          Enough.until(
              p -> p.answered() > 0 && p.openConnections() == 10,
              duration -> fleet.ping(1, 20, duration));

      assertThat(pings.openConnections()).isEqualTo(10);
      assertThat(pings.failures().closes() + pings.failures().resets()).isGreaterThanOrEqualTo(10);
      assertThat(pings.answered()).isPositive();
    }
  }

  @Test
  void aPingThatIsNeverAnsweredCountsWithItsAgeAndEndsInTime() throws Exception {
    try (var server = new TestServer(connection -> connection.getInputStream().readAllBytes());
        var fleet = IdleFleet.open(new IdleFleet.Options(server.target(), 3, 10_000))) {
      IdleFleet.Pings pings = fleet.ping(1, 3, SHORT);

      assertThat(pings.answered()).isZero();
      assertThat(pings.latency().count()).isEqualTo(1);
      assertThat(pings.latency().maxMicros()).isCloseTo(300_000, within(300.0));
      assertThat(fleet.ping(1, 3, SHORT).openConnections()).isEqualTo(3);
    }
  }

  @Test
  void aTargetWhereNobodyListensIsUnreachable() throws Exception {
    Target nobody = TestServer.nobody();

    assertThatExceptionOfType(TargetUnreachableException.class)
        .isThrownBy(() -> {
          try (var fleet = IdleFleet.open(new IdleFleet.Options(nobody, 3, 1_000))) {
            assertThat(fleet).isNull();
          }
        })
        .withMessageContaining("connection refused");
  }

  @Test
  void valuesOutOfRangeAreNamedWithTheirValue() {
    var target = new Target("127.0.0.1", 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new IdleFleet.Options(target, 0, 1))
        .withMessage("connections must be from 1 to 60000: connections=0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new IdleFleet.Options(target, 1, 0))
        .withMessage("connectsPerSecond must be from 1 to 100000: connectsPerSecond=0");
  }
}
