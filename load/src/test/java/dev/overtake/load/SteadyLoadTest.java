// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class SteadyLoadTest {
  private static final Duration MOMENT = Duration.ofMillis(50);

  private final List<SteadyLoad.Moment> moments = new CopyOnWriteArrayList<>();

  @Test
  void asksAtThePaceOfItsConnectionsBeats() throws Exception {
    try (var server = TestServer.computingFib();
        SteadyLoad load = start(server.target(), 4, Duration.ofMillis(10))) {
      await().until(() -> requests() > 100);

      List<SteadyLoad.Moment> heard = List.copyOf(moments);
      double seconds = heard.stream().mapToDouble(SteadyLoad.Moment::seconds).sum();
      long requests = heard.stream().mapToLong(SteadyLoad.Moment::requests).sum();
      assertThat(requests).isLessThanOrEqualTo((long) (seconds * 4 * 100) + 4);
      assertThat(last().open()).isEqualTo(4);
      assertThat(last().latencies().count()).isPositive();
      assertThat(load.cpuTime()).isPositive();
    }
  }

  @Test
  void withoutABeatEachAnswerIsFollowedByTheNextRequest() throws Exception {
    try (var server = TestServer.computingFib();
        SteadyLoad load = start(server.target(), 1, Duration.ZERO)) {
      await().until(() -> requests() > 2_000);
      assertThat(load.cpuTime()).isPositive();
    }
  }

  @Test
  void connectionsComeAndGo() throws Exception {
    try (var server = TestServer.computingFib();
        SteadyLoad load = start(server.target(), 2, Duration.ofMillis(5))) {
      await().until(() -> server.open() == 2);
      load.connections(7);
      await().until(() -> server.open() == 7 && last().open() == 7);
      load.connections(1);
      await().until(() -> server.open() == 1 && last().open() == 1);
      long before = requests();
      await().until(() -> requests() > before + 20);
    }
  }

  @Test
  void hogsComeAndGo() throws Exception {
    try (var server = TestServer.computingFib();
        SteadyLoad load = start(server.target(), 1, Duration.ofMillis(5))) {
      load.hogs(3, 15);
      await().until(() -> last().hogs() == 3 && last().hogsAnswered() > 0);
      assertThat(last().lastHogMillis()).isPositive();
      await().until(() -> server.open() == 4);
      load.hogs(0, 15);
      await().until(() -> last().hogs() == 0 && server.open() == 1);
      assertThat(last().failures().total()).isZero();
    }
  }

  @Test
  void aStallGrowsWhileItLastsAndSoDoTheUnansweredRequests() throws Exception {
    var open = new CountDownLatch(1);
    try (var server =
            TestServer.answering(n -> {
              try {
                open.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return "1";
            });
        SteadyLoad load = start(server.target(), 2, Duration.ofMillis(5))) {
      await().until(() -> !moments.isEmpty() && last().longestStallMillis() > 300);
      assertThat(last().requests()).isZero();
      assertThat(last().waiting()).isEqualTo(2);
      assertThat(last().latencies().p99Micros()).isGreaterThan(100_000);
      open.countDown();
      await().until(() -> requests() > 10 && last().longestStallMillis() < 300);
      load.connections(1);
    }
  }

  @Test
  void goesOnWhenItsServerIsGone() throws Exception {
    try (var server = TestServer.computingFib();
        SteadyLoad load = start(server.target(), 2, Duration.ofMillis(5))) {
      await().until(() -> requests() > 0);
      server.stop();
      await().until(() -> last().open() == 0 && last().failures().refused() > 2);
      assertThat(last().waiting()).isPositive();
      load.hogs(1, 10);
      await().until(() -> last().hogs() == 1);
    }
  }

  @Test
  void refusesWhatIsOutOfRange() throws Exception {
    var target = new Target("127.0.0.1", 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SteadyLoad.Options(target, 1, 0, Duration.ZERO, MOMENT))
        .withMessage("connections must be from 1 to 10000: connections=0");
    try (SteadyLoad load = start(TestServer.nobody(), 1, MOMENT)) {
      assertThatIllegalArgumentException().isThrownBy(() -> load.connections(10_001));
      assertThatIllegalArgumentException().isThrownBy(() -> load.hogs(-1, 30));
      assertThatIllegalArgumentException().isThrownBy(() -> load.hogs(1, 0));
    }
  }

  private SteadyLoad start(Target target, int connections, Duration beat) throws Exception {
    return SteadyLoad.start(
        new SteadyLoad.Options(target, 1, connections, beat, MOMENT), moments::add);
  }

  private long requests() {
    return moments.stream().mapToLong(SteadyLoad.Moment::requests).sum();
  }

  private SteadyLoad.Moment last() {
    return moments.isEmpty()
        ? new SteadyLoad.Moment(
            0,
            0,
            new LatencyFigures(0, 0, 0, 0, 0, 0, 0),
            0,
            0,
            0,
            0,
            0,
            0,
            new Failures(0, 0, 0, 0, 0, 0, null, null))
        : moments.getLast();
  }
}
