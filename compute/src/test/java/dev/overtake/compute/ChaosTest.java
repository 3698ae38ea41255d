// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.overtake.compute.ComputeContract.Square;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Workers are killed at random under load. Every task must end exactly once, with its result or
 * with the failure that is due to it, and none may run twice. A longer run: {@code
 * -Dovertake.chaos.seconds=60}; the same run: {@code -Dovertake.chaos.seed=...}, as printed.
 */
final class ChaosTest {
  private static final int WORKERS = 3;
  private static final int CALLERS = 8;

  private static final long SECONDS = Long.getLong("overtake.chaos.seconds", 3);
  private static final long SEED = Long.getLong("overtake.chaos.seed", System.nanoTime());

  @TempDir Path folder;

  private final AtomicLong ids = new AtomicLong();
  private final AtomicLong results = new AtomicLong();
  private final AtomicLong deaths = new AtomicLong();
  private final AtomicLong cancelled = new AtomicLong();
  private final AtomicLong expired = new AtomicLong();
  private final AtomicLong rejected = new AtomicLong();

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void everyTaskEndsExactlyOnceWhileWorkersAreKilled() throws Exception {
    System.out.println("chaos: -Dovertake.chaos.seed=" + SEED);
    SplittableRandom random = new SplittableRandom(SEED);
    String file = Files.createFile(folder.resolve("runs")).toString();
    long kills = 0;
    ProcessPool pool =
        ProcessPool.builder()
            .workers(WORKERS)
            .cache(null)
            .queue(20, 1_000_000)
            .grace(Duration.ofMillis(50))
            .recycleAfter(500)
            .folder(folder)
            .start();
    CountDownLatch end = new CountDownLatch(1);
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        SplittableRandom own = random.split();
        done.add(callers.submit(() -> call(pool, file, own, end)));
      }
      long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
      long answered = 0;
      while (System.nanoTime() < endNanos) {
        List<Long> pids = pool.pids();
        // On a slow machine, nobody would live to see its first task.
        if (!pids.isEmpty() && pool.figures().completed() > answered) {
          answered = pool.figures().completed();
          long pid = pids.get(random.nextInt(pids.size()));
          kills += ProcessHandle.of(pid).filter(ProcessHandle::destroyForcibly).isPresent() ? 1 : 0;
        }
        end.await(random.nextInt(20, 200), TimeUnit.MILLISECONDS);
      }
      end.countDown();
      for (Future<?> caller : done) {
        caller.get();
      }
      await().until(() -> pool.figures().workers() == WORKERS);
      assertThat(pool.submit(new Square(3)).get()).isEqualTo(9);
      assertThat(pool.figures().queued()).isZero();
      assertThat(pool.figures().busy()).isZero();
    } finally {
      end.countDown();
      pool.endNow();
    }
    System.out.printf(
        "chaos: %d kills, %d tasks: %d results, %d died, %d cancelled, %d expired, %d rejected%n",
        kills,
        ids.get(),
        results.get(),
        deaths.get(),
        cancelled.get(),
        expired.get(),
        rejected.get());
    assertThat(pool.isTerminated()).isTrue();
    assertThat(results.get() + deaths.get() + cancelled.get() + expired.get() + rejected.get())
        .isEqualTo(ids.get());
    assertThat(results.get()).isPositive();
    assertThat(kills).isPositive();
  }

  private Object call(ProcessPool pool, String file, SplittableRandom random, CountDownLatch end)
      throws InterruptedException {
    while (end.getCount() > 0) {
      List<Trip<Long>> trips = new ArrayList<>();
      List<Long> expected = new ArrayList<>();
      for (int burst = random.nextInt(1, 8); burst > 0; burst--) {
        long id = ids.getAndIncrement();
        long spinNanos = random.nextInt(10) == 0 ? random.nextInt(5_000_000) : 1_000;
        Task<Long> task = new Task<>("once", id, new Once(file, id, spinNanos));
        try {
          trips.add(
              pool.submit(random.nextInt(20) == 0 ? task.within(Duration.ofMillis(1)) : task));
          expected.add(id * id);
        } catch (RejectedExecutionException e) {
          rejected.incrementAndGet();
          // Not at once again: it will be full a while.
          end.await(1, TimeUnit.MILLISECONDS);
        }
      }
      for (int i = 0; i < trips.size(); i++) {
        if (random.nextInt(20) == 0) {
          trips.get(i).cancel(random.nextBoolean());
        }
        count(trips.get(i), expected.get(i));
      }
    }
    return pool;
  }

  private void count(Trip<Long> trip, long expected) throws InterruptedException {
    try {
      assertThat(trip.get()).isEqualTo(expected);
      results.incrementAndGet();
    } catch (CancellationException e) {
      cancelled.incrementAndGet();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case WorkerDiedException _ -> deaths.incrementAndGet();
        case TimeoutException _ -> expired.incrementAndGet();
        // Three killed in a row before they were ready, and nobody else there.
        case RejectedExecutionException _ -> rejected.incrementAndGet();
        case null, default -> throw new AssertionError(e);
      }
    }
  }
}
