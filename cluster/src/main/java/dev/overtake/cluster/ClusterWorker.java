// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

import dev.overtake.compute.RemoteTasks;
import dev.overtake.scheduler.Scheduler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A member of a cluster that computes, for all of its members that ask: the other side of {@link
 * ClusterCompute}.
 *
 * {@snippet :
 * try (ClusterWorker worker = ClusterWorker.builder(Membership.onLoopback()).start()) {
 *   System.out.println("join " + worker.address());
 *   worker.await();
 * }
 * }
 *
 * <p>Each task runs on a virtual thread of its own under time sharing, so long tasks don't hold up
 * short ones. Bounded: so many run at a time, 1,000 more wait, the next one is refused. The tasks
 * of a member that is lost are interrupted and their results dropped. Thread-safe.
 *
 * <p>Whoever can send a message to a worker can have any class of its class path run. So it listens
 * on loopback, unless it has a {@link ClusterKey}.
 */
public final class ClusterWorker implements AutoCloseable {
  private final Runs runs;
  private final Scheduler scheduler;
  private final String name;
  private final Duration grace;
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final CountDownLatch stopped = new CountDownLatch(1);

  private ClusterWorker(Builder builder, Group group) throws IOException {
    name = builder.name;
    grace = builder.grace;
    scheduler = Scheduler.builder().name(name).build();
    RemoteTasks tasks = new RemoteTasks(builder.taskBytes, builder.admitted, builder.loader);
    runs = new Runs(group, name, builder.tasks, scheduler, tasks);
    try {
      runs.start();
    } catch (IOException | RuntimeException e) {
      scheduler.close();
      throw e;
    }
  }

  /**
   * Starts to describe one.
   *
   * @param membership of this process
   * @return a builder with the defaults that its methods name
   */
  public static Builder builder(Membership membership) {
    return new Builder(membership);
  }

  /**
   * Returns where other members reach it.
   *
   * @return address and port
   */
  public InetSocketAddress address() {
    return runs.address();
  }

  /**
   * Tells what it has done and holds.
   *
   * @return a snapshot
   */
  public WorkerFigures figures() {
    return runs.figures();
  }

  /**
   * Leaves the cluster without losing anything: takes no more tasks, gives back those that have not
   * begun, and waits for the others as long as the grace period. Tasks that go on after it are
   * interrupted and fail at their callers, or are sent elsewhere. Idempotent; whoever comes second
   * waits as well, until interrupted.
   */
  @Override
  public void close() {
    if (stopping.compareAndSet(false, true)) {
      try {
        runs.leave(grace);
      } finally {
        // What did not heed its interrupt must not hold up the end.
        scheduler.close(Duration.ofMillis(100));
        stopped.countDown();
      }
    } else {
      try {
        stopped.await();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Waits until it is closed.
   *
   * @throws InterruptedException if interrupted; the worker goes on
   */
  public void await() throws InterruptedException {
    stopped.await();
  }

  @Override
  public String toString() {
    return name;
  }

  /** Describes a worker; not thread-safe. */
  public static final class Builder {
    /** As many as the scheduler lets overstay before newcomers wait. */
    private static final int TASKS_PER_PROCESSOR = 32;

    private final Membership membership;
    private String name = "worker-" + ProcessHandle.current().pid();
    private int tasks = TASKS_PER_PROCESSOR * Runtime.getRuntime().availableProcessors();
    private int taskBytes = Ranges.TASK_BYTES;
    private Duration grace = Duration.ofSeconds(30);
    private List<String> admitted = List.of();
    private ClassLoader loader = ClassLoader.getSystemClassLoader();

    private Builder(Membership membership) {
      this.membership = membership;
    }

    /**
     * Sets the name in messages.
     *
     * @param value by default {@code worker-} and the number of this process
     * @return this
     */
    public Builder name(String value) {
      name = value;
      return this;
    }

    /**
     * Sets how many tasks run at a time, sharing the processors.
     *
     * @param number from 1 to 10,000; by default 32 for each processor
     * @return this
     */
    public Builder tasks(int number) {
      tasks = (int) Ranges.check("tasks", number, 1, 10_000);
      return this;
    }

    /**
     * Sets how large a task or a result may be when serialized.
     *
     * @param bytes from 64 KiB to 256 MiB; by default 16 MiB
     * @return this
     */
    public Builder taskBytes(int bytes) {
      taskBytes = Ranges.taskBytes(bytes);
      return this;
    }

    /**
     * Sets how long running tasks may go on after {@link ClusterWorker#close} has begun.
     *
     * @param longest not negative; by default 30 seconds
     * @return this
     */
    public Builder grace(Duration longest) {
      grace = Ranges.notNegative("grace", longest);
      return this;
    }

    /**
     * Narrows what may come out of a task's bytes: values and throwables of the JDK, and of the
     * class path only this. By default, all of the class path.
     *
     * @param names of packages, each with all below it, or of classes
     * @return this
     */
    public Builder admit(String... names) {
      admitted = List.of(names);
      return this;
    }

    /**
     * Sets where the classes of tasks are found.
     *
     * @param classes by default the system class loader
     * @return this
     */
    public Builder classes(ClassLoader classes) {
      loader = classes;
      return this;
    }

    /**
     * Joins the cluster, in a second or two.
     *
     * @return the worker, which its owner closes
     * @throws IOException if the address is refused; the message says in one line what and what to
     *     do, and nothing is left behind
     */
    public ClusterWorker start() throws IOException {
      return start(new JGroupsGroup(membership, name));
    }

    /** Joins that group, whatever its membership is. */
    ClusterWorker start(Group group) throws IOException {
      return new ClusterWorker(this, group);
    }
  }
}
