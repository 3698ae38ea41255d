// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Workers in processes of their own are killed and stopped. A longer run: {@code
 * -Dovertake.chaos.seconds=60}; the same run: {@code -Dovertake.chaos.seed=...}, as printed.
 */
final class LostMemberTest {
  private static final Duration SILENCE = Duration.ofMillis(800);
  private static final int CALLERS = 6;
  private static final int WORKERS = 3;
  private static final long SECONDS = Long.getLong("overtake.chaos.seconds", 3);
  private static final long SEED = Long.getLong("overtake.chaos.seed", System.nanoTime());

  @TempDir Path folder;

  private final List<AutoCloseable> open = new ArrayList<>();
  private String name = "";

  @BeforeEach
  void nameTheCluster(TestInfo test) {
    name = test.getDisplayName();
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable one : open.reversed()) {
      one.close();
    }
  }

  private ClusterCompute asker(int retries) throws IOException {
    ClusterCompute compute =
        ClusterCompute.builder(Membership.onLoopback().cluster(name).silence(SILENCE))
            .retries(retries)
            .queue(20, 1_000_000)
            .build();
    open.add(compute);
    compute.start();
    return compute;
  }

  private WorkerProcess worker(ClusterCompute asker) throws IOException {
    WorkerProcess worker = WorkerProcess.start(name, SILENCE, asker.address());
    open.add(worker);
    return worker;
  }

  private void awaitMembers(ClusterCompute compute, int number) {
    await().atMost(Duration.ofSeconds(30)).until(() -> compute.figures().members() == number);
  }

  private void awaitRunningIn(Path sign, WorkerProcess worker) {
    await().until(() -> Files.exists(Path.of(sign + "." + worker.pid())));
  }

  @Test
  void aTaskWhoseWorkerIsKilledFailsAndSaysSo() throws Exception {
    ClusterCompute compute = asker(0);
    WorkerProcess worker = worker(compute);
    awaitMembers(compute, 1);
    Path sign = folder.resolve("sign");
    Trip<Long> trip = compute.submit(Deeds.pidAfter(sign));
    awaitRunningIn(sign, worker);

    worker.kill();

    assertThatThrownBy(trip::get)
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(WorkerDiedException.class)
        .hasMessageContaining("worker-" + worker.pid())
        .hasMessageContaining(Membership.text(worker.address()))
        .hasMessageContaining("has left or does not answer; it had task pid(1)");
    assertThat(compute.figures().lost()).isEqualTo(1);
  }

  @Test
  void aTaskWhoseWorkerHangsFailsOverOnceAndTheWorkerIsWelcomeAgain() throws Exception {
    ClusterCompute compute = asker(1);
    WorkerProcess hanging = worker(compute);
    WorkerProcess other = worker(compute);
    awaitMembers(compute, 2);
    Path sign = folder.resolve("sign");
    Trip<Long> first = compute.submit(Deeds.pidAfter(sign));
    Trip<Long> second = compute.submit(Deeds.pidAfter(sign));
    awaitRunningIn(sign, hanging);
    awaitRunningIn(sign, other);

    hanging.signal("STOP");
    try {
      awaitMembers(compute, 1);
      Files.createFile(sign);
      assertThat(first.get()).isEqualTo(other.pid());
      assertThat(second.get()).isEqualTo(other.pid());
      assertThat(compute.figures().retried()).isEqualTo(1);
    } finally {
      hanging.signal("CONT");
    }

    awaitMembers(compute, 2);
    Trip<Long> one = compute.submit(Deeds.pidAfter(sign));
    Trip<Long> two = compute.submit(Deeds.pidAfter(sign));
    assertThat(List.of(one.get(), two.get())).containsExactlyInAnyOrder(hanging.pid(), other.pid());
  }

  private final AtomicLong asked = new AtomicLong();
  private final AtomicLong results = new AtomicLong();
  private final AtomicLong deaths = new AtomicLong();
  private final AtomicLong rejected = new AtomicLong();

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void everyTaskEndsExactlyOnceWhileWorkersAreKilledAndStopped() throws Exception {
    System.out.println("chaos: -Dovertake.chaos.seed=" + SEED);
    SplittableRandom random = new SplittableRandom(SEED);
    String file = Files.createFile(folder.resolve("runs")).toString();
    ClusterCompute compute = asker(0);
    List<WorkerProcess> workers = new ArrayList<>();
    for (int i = 0; i < WORKERS; i++) {
      workers.add(worker(compute));
    }
    awaitMembers(compute, WORKERS);
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
          workers.set(victim, worker(compute));
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
          trips.add(compute.submit(new Task<>("once", id, new Deeds.Once(file, id, spinNanos))));
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
