// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WireTest {
  private static final Duration PATIENCE = Duration.ofMillis(200);

  private final List<Wire.Link> opened = new ArrayList<>();
  private final List<Wire.Link> lost = new ArrayList<>();

  private final Wire.Events events =
      new Wire.Events() {
        @Override
        public void opened(Wire.Link link, long now) {
          opened.add(link);
        }

        @Override
        public void answered(Wire.Link link, long now) {}

        @Override
        public void nonsense(Wire.Link link, long now) {}

        @Override
        public void lost(Wire.Link link, boolean carriedRequest) {
          lost.add(link);
        }
      };

  /** A listener that accepts nobody and whose backlog has room for so many more. */
  private static ServerSocket backlogOf(int room, List<SocketChannel> fillers) throws Exception {
    var listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    // Linux admits one more than the backlog says.
    for (int i = room; i < 2; i++) {
      fillers.add(SocketChannel.open(listening.getLocalSocketAddress()));
    }
    return listening;
  }

  @Test
  void aTargetThatLeavesTheHandshakeUnansweredIsUnreachableWhenPatienceIsOver() throws Exception {
    var fillers = new ArrayList<SocketChannel>();
    try (var listening = backlogOf(0, fillers);
        var wire = new Wire(new Target("127.0.0.1", listening.getLocalPort()), PATIENCE)) {
      Wire.Link[] links = wire.links(2, Wire.Group.reopening(events));

      assertThatExceptionOfType(TargetUnreachableException.class)
          .isThrownBy(() -> wire.openAll(links))
          .withMessageContaining("cannot connect, no answer within 0.2 s");
      assertThat(opened).isEmpty();
    } finally {
      for (SocketChannel filler : fillers) {
        filler.close();
      }
    }
  }

  @Test
  void oneOpenLinkIsEnoughAndTheOthersAreTriedOnAndOn() throws Exception {
    var fillers = new ArrayList<SocketChannel>();
    try (var listening = backlogOf(1, fillers);
        var wire = new Wire(new Target("127.0.0.1", listening.getLocalPort()), PATIENCE)) {
      Wire.Group group = Wire.Group.reopening(events);
      Wire.Link[] links = wire.links(2, group);

      wire.openAll(links);
      assertThat(opened).hasSize(1);

      while (lost.size() < 2) {
        wire.poll(System.nanoTime() + PATIENCE.toNanos());
      }
      assertThat(group.failures().connectTimeouts()).isEqualTo(2);
      assertThat(lost).containsOnly(links[opened.contains(links[0]) ? 1 : 0]);
    } finally {
      for (SocketChannel filler : fillers) {
        filler.close();
      }
    }
  }

  @Test
  void anAbandonedLinkIsNotOpenedAgain() throws Exception {
    try (var server = TestServer.answering(n -> "1");
        var wire = new Wire(server.target(), PATIENCE)) {
      Wire.Link[] links = wire.links(2, Wire.Group.reopening(events));
      wire.openAll(links);

      wire.abandon(links[0]);
      wire.poll(System.nanoTime() + 2 * PATIENCE.toNanos());

      assertThat(links[0].isOpen()).isFalse();
      assertThat(links[1].isOpen()).isTrue();
      assertThat(server.accepted()).isEqualTo(2);
    }
  }
}
