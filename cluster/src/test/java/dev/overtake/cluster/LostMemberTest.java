// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

import static dev.overtake.cluster.InACluster.await;
import static dev.overtake.cluster.InACluster.awaitMembers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overtake.compute.Once;
import dev.overtake.compute.Task;
import dev.overtake.compute.Trip;
import dev.overtake.compute.WorkerDiedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Workers in processes of their own are killed and stopped. A longer run: {@code
 * -Dovertake.chaos.seconds=60}; the same run: {@code -Dovertake.chaos.seed=...}, as printed.
 *
 * <p>The time-out is long because demoted threads wait long where others keep all processors busy.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class LostMemberTest {
  private static final Duration SILENCE = Duration.ofMillis(800);
  private static final int CALLERS = 6;
  private static final int WORKERS = 3;
  private static final long SECONDS = Long.getLong("overtake.chaos.seconds", 3);
  private static final long SEED = Long.getLong("overtake.chaos.seed", System.nanoTime());

  private static final Membership MEMBERSHIP =
      Membership.onLoopback().cluster("lost-members").silence(SILENCE);

  /** A JVM takes its time, so those whom one test leaves alive serve the next one. */
  private static final List<WorkerProcess> workers = new ArrayList<>();

  /** Whom all others join; it asks for nothing. */
  private static final ClusterCompute first = ClusterCompute.builder(MEMBERSHIP).build();

  @TempDir Path folder;

  private final List<ClusterCompute> askers = new ArrayList<>();

  @BeforeAll
  static void startFirst() throws IOException {
    first.start();
  }

  @BeforeEach
  void startWorkers() throws IOException {
    List<WorkerProcess> fresh = new ArrayList<>();
    while (workers.size() < WORKERS) {
      WorkerProcess worker = startWorker();
      workers.add(worker);
      fresh.add(worker);
    }
    for (WorkerProcess worker : fresh) {
      worker.awaitReady();
    }
  }

  private static WorkerProcess startWorker() throws IOException {
    return new WorkerProcess(MEMBERSHIP.join(List.of(first.address())));
  }

  @AfterEach
  void closeAskers() {
    askers.forEach(ClusterCompute::close);
  }

  @AfterAll
  static void closeAll() {
    workers.forEach(WorkerProcess::close);
    first.close();
  }

  private ClusterCompute asker(int retries) throws IOException {
    ClusterCompute compute =
        ClusterCompute.builder(MEMBERSHIP.join(List.of(first.address())))
            .retries(retries)
            .queue(20, 1_000_000)
            .build();
    askers.add(compute);
    compute.start();
    awaitMembers(compute, WORKERS);
    return compute;
  }

  /** One on each worker. */
  private List<Trip<Long>> occupyAll(ClusterCompute compute, Path sign) {
    List<Trip<Long>> trips = new ArrayList<>();
    for (int i = 0; i < WORKERS; i++) {
      trips.add(compute.submit(Deeds.pidAfter(sign)));
    }
    for (WorkerProcess worker : workers) {
      await().until(() -> Files.exists(Path.of(sign + "." + worker.pid())));
    }
    return trips;
  }

  @Test
  void aTaskWhoseWorkerIsKilledFailsAndSaysSo() throws Exception {
    ClusterCompute compute = asker(0);
    Path sign = folder.resolve("sign");
    List<Trip<Long>> trips = occupyAll(compute, sign);

    WorkerProcess killed = workers.removeFirst();
    killed.kill();

    await().until(() -> trips.stream().anyMatch(Future::isDone));
    Trip<Long> lost = trips.stream().filter(Future::isDone).findFirst().orElseThrow();
    assertThatThrownBy(lost::get)
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(WorkerDiedException.class)
        .hasMessageContaining("worker-" + killed.pid())
        .hasMessageContaining(Membership.text(killed.address()))
        .hasMessageContaining("has left or does not answer; it had task pid(1)");
    Files.createFile(sign);
    List<Long> results = new ArrayList<>();
    for (Trip<Long> trip : trips) {
      if (!trip.equals(lost)) {
        results.add(trip.get());
      }
    }
    assertThat(results).containsExactlyInAnyOrderElementsOf(pids());
    assertThat(compute.figures().lost()).isEqualTo(1);
  }

  private static List<Long> pids() {
    return workers.stream().map(WorkerProcess::pid).toList();
  }

  @Test
  void aTaskWhoseWorkerHangsFailsOverOnceAndTheWorkerIsWelcomeAgain() throws Exception {
    ClusterCompute compute = asker(1);
    Path sign = folder.resolve("sign");
    List<Trip<Long>> trips = occupyAll(compute, sign);

    WorkerProcess hanging = workers.getFirst();
    hanging.signal("STOP");
    try {
      awaitMembers(compute, WORKERS - 1);
      Files.createFile(sign);
      for (Trip<Long> trip : trips) {
        assertThat(trip.get()).isIn(pids()).isNotEqualTo(hanging.pid());
      }
      assertThat(compute.figures().retried()).isEqualTo(1);
    } finally {
      hanging.signal("CONT");
    }

    awaitMembers(compute, WORKERS);
    List<Long> results = new ArrayList<>();
    for (Trip<Long> trip : occupyAll(compute, sign)) {
      results.add(trip.get());
    }
    assertThat(results).containsExactlyInAnyOrderElementsOf(pids());
  }

  private final AtomicLong asked = new AtomicLong();
  private final AtomicLong results = new AtomicLong();
  private final AtomicLong deaths = new AtomicLong();
  private final AtomicLong rejected = new AtomicLong();

  @Test
  void everyTaskEndsExactlyOnceWhileWorkersAreKilledAndStopped() throws Exception {
    System.out.println("chaos: -Dovertake.chaos.seed=" + SEED);
    SplittableRandom random = new SplittableRandom(SEED);
    String file = Files.createFile(folder.resolve("runs")).toString();
    ClusterCompute compute = asker(0);
    CountDownLatch end = new CountDownLatch(1);
    long kills = 0;
    long stops = 0;
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        SplittableRandom own = random.split();
        done.add(callers.submit(() -> ask(compute, file, own, end)));
      }
      long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
      while (System.nanoTime() < endNanos) {
        int victim = random.nextInt(WORKERS);
        if (random.nextBoolean()) {
          workers.get(victim).kill();
          workers.set(victim, startWorker().awaitReady());
          kills++;
        } else {
          workers.get(victim).signal("STOP");
          end.await(random.nextInt(1, 2_000), TimeUnit.MILLISECONDS);
          workers.get(victim).signal("CONT");
          stops++;
        }
        end.await(random.nextInt(1, 500), TimeUnit.MILLISECONDS);
      }
      end.countDown();
      for (Future<?> caller : done) {
        caller.get();
      }
    } finally {
      end.countDown();
    }
    awaitMembers(compute, WORKERS);
    assertThat(compute.call(Deeds.square(3))).isEqualTo(9);
    ClusterFigures figures = compute.figures();
    System.out.printf(
        "chaos: %d kills, %d stops, %d tasks: %d results, %d lost, %d rejected, %d late answers%n",
        kills, stops, asked.get(), results.get(), deaths.get(), rejected.get(), figures.late());
    assertThat(results.get() + deaths.get() + rejected.get()).isEqualTo(asked.get());
    assertThat(figures.answered()).isEqualTo(results.get() + 1);
    assertThat(figures.lost()).isEqualTo(deaths.get());
    assertThat(figures.aboard() + figures.queued()).isZero();
    assertThat(results.get()).isPositive();
    assertThat(kills + stops).isPositive();
  }

  private Object ask(
      ClusterCompute compute, String file, SplittableRandom random, CountDownLatch end)
      throws InterruptedException {
    while (end.getCount() > 0) {
      List<Trip<Long>> trips = new ArrayList<>();
      List<Long> expected = new ArrayList<>();
      for (int burst = random.nextInt(1, 6); burst > 0; burst--) {
        long id = asked.getAndIncrement();
        long spinNanos = random.nextInt(20) == 0 ? random.nextInt(20_000_000) : 1_000;
        try {
          trips.add(compute.submit(new Task<>("once", id, new Once(file, id, spinNanos))));
          expected.add(id * id);
        } catch (RejectedExecutionException e) {
          rejected.incrementAndGet();
          // Not at once again: it will be full a while.
          end.await(1, TimeUnit.MILLISECONDS);
        }
      }
      for (int i = 0; i < trips.size(); i++) {
        count(trips.get(i), expected.get(i));
      }
    }
    return compute;
  }

  private void count(Trip<Long> trip, long expected) throws InterruptedException {
    try {
      assertThat(trip.get()).isEqualTo(expected);
      results.incrementAndGet();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case WorkerDiedException _ -> deaths.incrementAndGet();
        case RejectedExecutionException _ -> rejected.incrementAndGet();
        case null, default -> throw new AssertionError(e);
      }
    }
  }
}
