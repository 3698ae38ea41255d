// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import dev.overtake.cluster.ClusterCompute;
import dev.overtake.cluster.ClusterWorker;
import dev.overtake.cluster.Membership;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** The contract of every compute, kept by a cluster. */
final class ClusterComputeTest extends ElsewhereContract {
  private static final List<AutoCloseable> open = new ArrayList<>();
  private static Compute shared;

  private final List<AutoCloseable> narrowed = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    shared = cluster("shared", 2, 1_000, open);
  }

  @AfterAll
  static void close() throws Exception {
    closeAll(open);
  }

  @AfterEach
  void closeNarrow() throws Exception {
    closeAll(narrowed);
  }

  private static void closeAll(List<AutoCloseable> all) throws Exception {
    for (AutoCloseable one : all.reversed()) {
      one.close();
    }
    all.clear();
  }

  private static Compute cluster(String name, int tasks, int queue, List<AutoCloseable> opened)
      throws IOException {
    Membership membership = Membership.onLoopback().cluster(name);
    ClusterWorker worker =
        ClusterWorker.builder(membership)
            .name(name)
            .tasks(tasks)
            .grace(Duration.ofMillis(100))
            .start();
    opened.add(worker);
    ClusterCompute compute =
        ClusterCompute.builder(membership.join(List.of(worker.address())))
            .queue(queue, 1_000_000)
            .build();
    opened.add(compute);
    compute.start();
    return compute;
  }

  @Override
  Compute compute() {
    return shared;
  }

  @Override
  Compute narrow() throws IOException {
    return cluster("narrow", 1, 2, narrowed);
  }
}
