// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Each test has a cluster of its own, named after it; what it opens is closed after it. */
abstract class InACluster {
  @TempDir Path folder;

  private final Duration silence;
  private final List<AutoCloseable> open = new ArrayList<>();
  private String name = "";

  InACluster(Duration silence) {
    this.silence = silence;
  }

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

  <T extends AutoCloseable> T opened(T one) {
    open.add(one);
    return one;
  }

  Membership membership() {
    return Membership.onLoopback().cluster(name).silence(silence);
  }

  ClusterWorker worker(ClusterWorker.Builder builder) throws IOException {
    return opened(builder.start());
  }

  ClusterWorker worker(Membership membership) throws IOException {
    return worker(ClusterWorker.builder(membership));
  }

  ClusterCompute asker(ClusterCompute.Builder builder, int workers) throws IOException {
    ClusterCompute compute = opened(builder.build());
    compute.start();
    awaitMembers(compute, workers);
    return compute;
  }

  /** Something that takes its time, mostly waiting. */
  interface Step<T> {
    void take(T one) throws Exception;
  }

  static <T> void inParallel(List<T> all, Step<T> step) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> steps = new ArrayList<>();
      for (T one : all) {
        steps.add(
            threads.submit(() -> {
              step.take(one);
              return one;
            }));
      }
      for (Future<?> taken : steps) {
        taken.get();
      }
    }
  }

  static void awaitMembers(ClusterCompute compute, int number) {
    await().until(() -> compute.figures().members() == number);
  }

  /**
   * Looks often, as most of what members do takes a millisecond, and waits as long as the test may
   * take.
   */
  static ConditionFactory await() {
    return Awaitility.await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(5))
        .atMost(Duration.ofMinutes(5));
  }
}
