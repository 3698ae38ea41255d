// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overtake.compute.Once;
import dev.overtake.compute.Task;
import dev.overtake.compute.Trip;
import dev.overtake.compute.WorkerDiedException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jgroups.protocols.DISCARD;
import org.jgroups.protocols.TCP;
import org.jgroups.stack.ProtocolStack;
import org.junit.jupiter.api.Test;

/**
 * A cluster is cut in two, with one that asks and one that computes on each side. The cut is made
 * inside the engine: whatever comes from the other side is dropped, above the sockets. {@code
 * .ci/run serve_cluster} cuts real links.
 */
final class SplitTest extends InACluster {
  private static final int CALLERS = 3;
  private static final long SOME = 200;

  private final AtomicLong ids = new AtomicLong();
  private final AtomicBoolean end = new AtomicBoolean();

  SplitTest() {
    super(Duration.ofSeconds(1));
  }

  /** One side of the cut. */
  private final class Half {
    final ClusterWorker worker;
    final ClusterCompute asker;
    final List<JGroupsGroup> groups = new ArrayList<>();
    final List<DISCARD> filters = new ArrayList<>();

    final AtomicLong asked = new AtomicLong();
    final AtomicLong results = new AtomicLong();
    final AtomicLong secondRuns = new AtomicLong();
    final AtomicLong losses = new AtomicLong();

    Half(String name, int retries, InetSocketAddress... join) throws Exception {
      Membership membership = membership().join(List.of(join));
      worker =
          opened(ClusterWorker.builder(membership).name("worker-" + name).start(group(membership)));
      Membership beside = membership().join(List.of(worker.address()));
      asker = opened(ClusterCompute.builder(beside).retries(retries).build(group(beside)));
      asker.start();
      for (JGroupsGroup group : groups) {
        DISCARD filter = new DISCARD();
        group
            .joined()
            .getProtocolStack()
            .insertProtocol(filter, ProtocolStack.Position.ABOVE, TCP.class);
        filters.add(filter);
      }
    }

    private JGroupsGroup group(Membership membership) {
      JGroupsGroup group = new JGroupsGroup(membership, "member-" + groups.size());
      groups.add(group);
      return group;
    }

    void cutOff(Half other) {
      for (DISCARD filter : filters) {
        other.groups.forEach(group -> filter.addIgnoreMember(group.joined().getAddress()));
      }
    }

    void mend() {
      filters.forEach(DISCARD::resetIgnoredMembers);
    }

    /** Two tasks, one on each worker, that run until there is a sign. */
    List<Trip<Long>> occupyBoth(Path sign) {
      return List.of(asker.submit(Deeds.pidAfter(sign)), asker.submit(Deeds.pidAfter(sign)));
    }

    /** Asks and asks. Which results are due depends on whether tasks are sent again. */
    Object ask(String file, SplittableRandom random) throws InterruptedException {
      while (!end.get()) {
        long id = ids.getAndIncrement();
        long spinNanos = random.nextInt(20) == 0 ? random.nextInt(5_000_000) : 1_000;
        asked.incrementAndGet();
        try {
          long result = asker.call(new Task<>("once", id, new Once(file, id, spinNanos)));
          if (result == Once.RAN_TWICE) {
            secondRuns.incrementAndGet();
          } else {
            assertThat(result).isEqualTo(id * id);
          }
          results.incrementAndGet();
        } catch (ExecutionException e) {
          assertThat(e).hasCauseInstanceOf(WorkerDiedException.class);
          losses.incrementAndGet();
        }
      }
      return this;
    }

    void awaitSomeMoreResults() {
      long before = results.get();
      await().until(() -> results.get() >= before + SOME);
    }
  }

  @Test
  void eachHalfGoesOnAndEveryTaskHasEndedOnceWhenTheyAreTogetherAgain() throws Exception {
    Half left = new Half("left", 0);
    Half right = new Half("right", 1, left.worker.address());
    List<Half> both = List.of(left, right);
    both.forEach(half -> awaitMembers(half.asker, 2));
    Path sign = folder.resolve("sign");
    List<Trip<Long>> ofLeft = left.occupyBoth(sign);
    List<Trip<Long>> ofRight = right.occupyBoth(sign);
    both.forEach(half -> await().until(() -> half.worker.figures().running() == 2));
    String file = Files.createFile(folder.resolve("runs")).toString();
    SplittableRandom random = new SplittableRandom(1);
    List<Future<?>> callers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        for (int i = 0; i < CALLERS; i++) {
          for (Half half : both) {
            SplittableRandom own = random.split();
            callers.add(threads.submit(() -> half.ask(file, own)));
          }
        }
        both.forEach(Half::awaitSomeMoreResults);

        left.cutOff(right);
        right.cutOff(left);
        both.forEach(half -> awaitMembers(half.asker, 1));
        both.forEach(Half::awaitSomeMoreResults);
        // What it ran for the other side's asker is interrupted.
        both.forEach(half -> await().until(() -> half.worker.figures().abandoned() > 0));

        both.forEach(Half::mend);
        both.forEach(half -> awaitMembers(half.asker, 2));
        both.forEach(Half::awaitSomeMoreResults);
      } finally {
        end.set(true);
      }
      for (Future<?> caller : callers) {
        caller.get();
      }
    }

    // Of what was under way beyond the cut, one task has failed, and the other runs on this side.
    assertThat(ofLeft)
        .filteredOn(Future::isDone)
        .singleElement()
        .satisfies(lost ->
            assertThatThrownBy(lost::get)
                .cause()
                .isInstanceOf(WorkerDiedException.class)
                .hasMessageContaining("worker-right (" + Membership.text(right.worker.address()))
                .hasMessageContaining("has left or does not answer; it had task pid(1)"));
    assertThat(ofRight).noneMatch(Future::isDone);
    Files.createFile(sign);
    for (Trip<Long> trip : List.of(ofRight.getFirst(), ofRight.getLast())) {
      assertThat(trip.get()).isEqualTo(ProcessHandle.current().pid());
    }
    await().until(() -> ofLeft.stream().allMatch(Future::isDone));

    // Both workers compute for both again.
    Path second = folder.resolve("second");
    List<Trip<Long>> again = new ArrayList<>();
    both.forEach(half -> await().until(() -> half.worker.figures().running() == 0));
    both.forEach(half -> again.addAll(half.occupyBoth(second)));
    both.forEach(half -> await().until(() -> half.worker.figures().running() == 2));
    Files.createFile(second);
    for (Trip<Long> trip : again) {
      assertThat(trip.get()).isEqualTo(ProcessHandle.current().pid());
    }
    countEverything(left, 2 + 1, 1);
    countEverything(right, 2 + 2, 0);
    assertThat(left.secondRuns).hasValue(0);
    assertThat(right.secondRuns).hasValueLessThanOrEqualTo(right.asker.figures().retried());
    countRuns(both, 2 * (2 + 2));
  }

  /** What its callers have got is what it says of itself: nothing twice, nothing lost. */
  private static void countEverything(Half half, long moreResults, long moreLosses) {
    ClusterFigures figures = half.asker.figures();
    System.out.printf(
        "split: %d asked, %d results, %d lost; %s%n",
        half.asked.get(), half.results.get(), half.losses.get(), figures);
    assertThat(half.results.get() + half.losses.get()).isEqualTo(half.asked.get());
    assertThat(figures.answered()).isEqualTo(half.results.get() + moreResults);
    assertThat(figures.lost()).isEqualTo(half.losses.get() + moreLosses);
    assertThat(figures.aboard() + figures.queued()).isZero();
  }

  /** Workers have run what they took, and have taken nothing more often than it was sent. */
  private static void countRuns(List<Half> both, long more) {
    long sent = more;
    long answered = 0;
    long taken = 0;
    long ended = 0;
    for (Half half : both) {
      WorkerFigures worker = half.worker.figures();
      assertThat(worker.running() + worker.waiting()).isZero();
      assertThat(worker.taken()).isEqualTo(worker.ended() + worker.abandoned());
      taken += worker.taken();
      ended += worker.ended();
      ClusterFigures asker = half.asker.figures();
      sent += half.asked.get() + asker.retried();
      answered += asker.answered() + asker.late();
    }
    assertThat(taken).isLessThanOrEqualTo(sent);
    assertThat(answered).isLessThanOrEqualTo(ended);
  }
}
