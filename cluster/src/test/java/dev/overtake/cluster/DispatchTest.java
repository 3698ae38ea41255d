// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overtake.cluster.Letter.Hello;
import dev.overtake.compute.RemoteTasks;
import dev.overtake.compute.Task;
import dev.overtake.compute.WorkerDiedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** What the asking side makes of members' comings, goings and letters, without any network. */
final class DispatchTest {
  private static final Peer ONE = new Peer(1, "one");
  private static final Peer TWO = new Peer(2, "two");

  private final RemoteTasks tasks =
      new RemoteTasks(1 << 20, List.of(), DispatchTest.class.getClassLoader());

  private Dispatch dispatch(int retries) {
    Group nobody = new JGroupsGroup(Membership.onLoopback(), "asker");
    return new Dispatch("cluster", nobody, "asker", 10, 1_000_000, retries, Duration.ofDays(1));
  }

  private static Hello hello(Peer peer, boolean anew) {
    return new Hello(Hello.PROTOCOL, "1.0", peer.name(), 1, anew);
  }

  private ClusterTrip<Long> submit(Dispatch dispatch, Task<Long> task) {
    ClusterTrip<Long> trip = new ClusterTrip<>(dispatch, task, tasks);
    dispatch.submit(trip);
    return trip;
  }

  private Letter answer(long number, Task<Long> task) {
    byte[] bytes = tasks.run(tasks.pack("test", task), () -> {});
    return new Letter(Letter.ANSWER, number, bytes);
  }

  @Test
  void anAnswerToAnOldAttemptIsDropped() throws Exception {
    Dispatch dispatch = dispatch(1);
    dispatch.met(ONE, hello(ONE, true));
    ClusterTrip<Long> trip = submit(dispatch, Deeds.square(7));
    dispatch.lost(ONE);
    dispatch.met(TWO, hello(TWO, true));
    dispatch.met(ONE, hello(ONE, true));

    dispatch.received(ONE, answer(1, Deeds.square(1)));
    assertThat(trip.isDone()).isFalse();
    dispatch.received(TWO, answer(2, Deeds.square(7)));
    dispatch.received(TWO, answer(2, Deeds.square(2)));

    assertThat(trip.get()).isEqualTo(49);
    ClusterFigures figures = dispatch.figures();
    assertThat(figures.answered()).isEqualTo(1);
    assertThat(figures.retried()).isEqualTo(1);
    assertThat(figures.late()).isEqualTo(2);
  }

  @Test
  void aWorkerThatHadLostUsHasLostOurTasks() {
    Dispatch dispatch = dispatch(0);
    dispatch.met(ONE, hello(ONE, true));
    ClusterTrip<Long> trip = submit(dispatch, Deeds.square(7));

    dispatch.met(ONE, hello(ONE, false));
    assertThat(trip.isDone()).isFalse();
    dispatch.met(ONE, hello(ONE, true));

    assertThatThrownBy(trip::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(WorkerDiedException.class);
    assertThat(dispatch.figures().lost()).isEqualTo(1);
    assertThat(dispatch.figures().members()).isEqualTo(1);
  }

  @Test
  void whatIsGivenBackGoesElsewhereAndCountsAsNoAttempt() throws Exception {
    Dispatch dispatch = dispatch(0);
    dispatch.met(ONE, hello(ONE, true));
    ClusterTrip<Long> trip = submit(dispatch, Deeds.square(7));
    dispatch.received(ONE, new Letter(Letter.LEAVING, 1));
    dispatch.received(ONE, new Letter(Letter.GIVEN_BACK, 1));
    assertThat(dispatch.figures().queued()).isEqualTo(1);

    dispatch.met(TWO, hello(TWO, true));
    dispatch.received(TWO, answer(2, Deeds.square(7)));

    assertThat(trip.get()).isEqualTo(49);
    assertThat(dispatch.figures().retried()).isZero();
  }

  @Test
  void whatAWorkerRefusesIsRejected() {
    Dispatch dispatch = dispatch(0);
    dispatch.met(ONE, hello(ONE, true));
    ClusterTrip<Long> trip = submit(dispatch, Deeds.square(7));

    dispatch.received(ONE, new Letter(Letter.REFUSED, 1));

    assertThatThrownBy(trip::get)
        .cause()
        .isInstanceOf(RejectedExecutionException.class)
        .hasMessageContaining("queue is full at one");
  }

  @Test
  void anAnswerThatMakesNoSenseFailsItsTaskOnly() throws Exception {
    Dispatch dispatch = dispatch(0);
    dispatch.met(ONE, hello(ONE, true));
    ClusterTrip<Long> broken = submit(dispatch, Deeds.square(7));
    ClusterTrip<Long> next = submit(dispatch, Deeds.square(8));

    dispatch.received(ONE, new Letter(Letter.ANSWER, 1, new byte[] {1, 2, 3}));
    dispatch.received(ONE, answer(2, Deeds.square(8)));

    assertThatThrownBy(broken::get).hasMessageContaining("answer can't be read");
    assertThat(next.get()).isEqualTo(64);
  }
}
