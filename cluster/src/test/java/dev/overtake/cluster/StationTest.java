// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

import static dev.overtake.cluster.InACluster.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.overtake.cluster.Letter.Hello;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is told of whom, whatever comes first: the view or the hello. */
final class StationTest implements Group, Station.Desk {
  private static final Peer PEER = new Peer(1, "peer");

  private final Queue<Hello> sent = new ConcurrentLinkedQueue<>();
  private final List<Hello> met = new ArrayList<>();
  private final List<Peer> lost = new ArrayList<>();
  private final List<String> events = new ArrayList<>(); // of those, in their order
  private final Station station = new Station(this, "here", 0, this);

  @AfterEach
  void closeStation() {
    station.close();
  }

  private void hear(boolean anew) {
    Hello hello = new Hello(Hello.PROTOCOL, "1.0", "peer", 1, anew);
    station.received(PEER, ByteBuffer.wrap(Letter.join(List.of(hello.letter()))));
  }

  @Test
  void aHelloThatComesBeforeTheViewIsKeptForIt() {
    hear(true);
    assertThat(met).isEmpty();

    station.view(Set.of(PEER), false);

    assertThat(met).hasSize(1);
    await().until(() -> sent.size() == 1);
  }

  /**
   * Else a task that was sent behind the hello is given up when the view comes, and nobody knows.
   */
  @Test
  void whatAHelloGivesUpIsGivenUpBeforeTheLettersBehindItAreRead() {
    Hello hello = new Hello(Hello.PROTOCOL, "1.0", "peer", 1, true);
    Letter call = new Letter(Letter.CALL, 1, new byte[0]);

    station.received(PEER, ByteBuffer.wrap(Letter.join(List.of(hello.letter(), call))));
    assertThat(events).containsExactly("lost", "received");

    station.view(Set.of(PEER), false);
    assertThat(events).containsExactly("lost", "received", "met");
    assertThat(met).extracting(Hello::anew).containsExactly(false);
  }

  @Test
  void afterAMergeEverybodyIsGreetedAgainAndAnOldHelloMeansNothingNew() {
    station.view(Set.of(PEER), false);
    hear(true);

    station.view(Set.of(PEER), true);

    await().until(() -> sent.size() == 2);
    assertThat(sent).extracting(Hello::anew).containsExactly(true, false);
    assertThat(met).hasSize(1);
    hear(false);
    assertThat(met).extracting(Hello::anew).containsExactly(true, false);
    assertThat(lost).isEmpty();
  }

  /** Who heard the first and sent something must not have to give it up over the second. */
  @Test
  void whoHasSaidThatItIsNewDoesNotSaySoAgainThoughItHasNotHeardOfTheOtherYet() {
    station.view(Set.of(PEER), true);
    station.view(Set.of(PEER), true);

    await().until(() -> sent.size() == 2);
    assertThat(sent).extracting(Hello::anew).containsExactly(true, false);
    assertThat(met).isEmpty();
  }

  @Test
  void whoHasGoneMustSayHelloAgain() {
    station.view(Set.of(PEER), false);
    hear(true);
    station.view(Set.of(), false);
    assertThat(lost).containsExactly(PEER);

    station.view(Set.of(PEER), false);

    assertThat(met).hasSize(1);
    hear(true);
    assertThat(met).hasSize(2);
    await().until(() -> sent.size() == 2);
    assertThat(sent).extracting(Hello::anew).containsExactly(true, true);
  }

  @Override
  public void met(Peer peer, Hello hello) {
    met.add(hello);
    events.add("met");
  }

  @Override
  public void lost(Peer peer) {
    lost.add(peer);
    events.add("lost");
  }

  @Override
  public void received(Peer from, Letter letter) {
    events.add("received");
  }

  @Override
  public void join(Listener listener) {}

  @Override
  public void close() {}

  @Override
  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
  }

  @Override
  public void send(Peer to, byte[] message) throws IOException {
    ByteBuffer letters = ByteBuffer.wrap(message);
    while (letters.hasRemaining()) {
      sent.add(Hello.read(Letter.next(letters)));
    }
  }
}
