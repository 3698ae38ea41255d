// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

import dev.overtake.compute.Compute;
import dev.overtake.compute.RemoteTasks;
import dev.overtake.compute.Task;
import dev.overtake.compute.Trip;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks on other machines: on those members of a cluster that are {@link ClusterWorker}s. They
 * may come and go meanwhile.
 *
 * {@snippet :
 * Membership here = Membership.onLoopback().join(List.of(Membership.address("127.0.0.1:7800")));
 * try (ClusterCompute cluster = ClusterCompute.builder(here).build()) {
 *   cluster.start();
 *   long answer = cluster.call(new Task<>("fib", n, new Fibonacci(n)));
 * }
 * }
 *
 * <p>Bounded: each worker says how many tasks it takes at a time; beyond, a stated number of tasks
 * and bytes wait here, and the next one is rejected. A task goes to the worker of whose places the
 * largest share is free. Each task ends exactly once, and its result is delivered at most once,
 * whatever happens to members. A task runs once unless retries were asked for: when its worker is
 * lost, it fails with {@link dev.overtake.compute.WorkerDiedException}. See {@link Compute} for
 * threads, and for what {@code call} and {@code submit} throw.
 */
public final class ClusterCompute implements Compute {
  private final String spelling;
  private final Dispatch dispatch;
  private final RemoteTasks tasks;
  private volatile boolean started; // set once, by start()

  private ClusterCompute(Builder builder, Group group) {
    spelling = builder.spelling;
    tasks =
        new RemoteTasks(builder.taskBytes, builder.admitted, ClusterCompute.class.getClassLoader());
    dispatch =
        new Dispatch(
            spelling,
            group,
            builder.name,
            builder.queueLimit,
            builder.queuedBytes,
            builder.retries,
            builder.patience);
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
   * Joins the cluster, in a second or two. Workers need not be there yet.
   *
   * @throws IOException if the address is refused
   */
  @Override
  public void start() throws IOException {
    dispatch.start();
    started = true;
  }

  @Override
  public <T extends @Nullable Object> Trip<T> submit(Task<T> task) {
    if (!started) {
      throw new RejectedExecutionException(
          "%s: not started; task %s(%d) is not taken".formatted(this, task.kind(), task.hint()));
    }
    ClusterTrip<T> trip = new ClusterTrip<>(dispatch, task, tasks);
    dispatch.submit(trip);
    return trip;
  }

  /**
   * Tells how it stands.
   *
   * @return a snapshot
   */
  public ClusterFigures figures() {
    return dispatch.figures();
  }

  /**
   * Returns where other members reach it, once it has started.
   *
   * @return address and port
   */
  public InetSocketAddress address() {
    return dispatch.address();
  }

  /** How many there are whose protocol we do not speak. */
  long strangers() {
    return dispatch.strangers();
  }

  /**
   * {@inheritDoc} Workers can't be killed from here: what does not heed its interrupt runs on there
   * and is no longer waited for.
   */
  @Override
  public void close() {
    if (started) {
      dispatch.close();
    }
  }

  @Override
  public String toString() {
    return spelling;
  }

  /** Describes the asking side; not thread-safe. */
  public static final class Builder {
    private final String name = "asker-" + ProcessHandle.current().pid();
    private Membership membership;
    private String spelling = "cluster";
    private int queueLimit = 1_000;
    private long queuedBytes = 256 << 20;
    private int taskBytes = Ranges.TASK_BYTES;
    private int retries;
    private Duration patience = Duration.ofSeconds(10);
    private List<String> admitted = List.of();

    private Builder(Membership membership) {
      this.membership = membership;
    }

    /** Sets another membership than it was begun with. */
    Builder membership(Membership other) {
      membership = other;
      return this;
    }

    /** Sets what it is called in messages. */
    Builder spelling(String name) {
      spelling = name;
      return this;
    }

    /**
     * Sets how many tasks may wait here, and of how many bytes altogether. The next is rejected.
     *
     * @param tasks at least 1; by default 1000
     * @param bytes at least 1; by default 256 MiB
     * @return this
     */
    public Builder queue(int tasks, long bytes) {
      queueLimit = (int) Ranges.check("tasks", tasks, 1, Integer.MAX_VALUE);
      queuedBytes = Ranges.check("bytes", bytes, 1, Long.MAX_VALUE);
      return this;
    }

    /**
     * Sets how large a task or a result may be when serialized. Workers have a limit of their own.
     *
     * @param bytes from 64 KiB to 256 MiB; by default 16 MiB
     * @return this
     */
    public Builder taskBytes(int bytes) {
      taskBytes = Ranges.taskBytes(bytes);
      return this;
    }

    /**
     * Sends a task again whose worker was lost. It may then run several times, even at the same
     * time, so this is for tasks without effects; its result is still delivered once.
     *
     * @param number of further attempts, from 0 to 100; by default 0
     * @return this
     */
    public Builder retries(int number) {
      retries = (int) Ranges.check("retries", number, 0, 100);
      return this;
    }

    /**
     * Sets how long tasks wait while no worker is there. Then they fail, and new ones are rejected
     * until one comes.
     *
     * @param longest not negative; by default 10 seconds
     * @return this
     */
    public Builder patience(Duration longest) {
      patience = Ranges.notNegative("patience", longest);
      return this;
    }

    /**
     * Narrows what may come out of a result's bytes: values and throwables of the JDK, and of the
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
     * Makes it; nothing is started yet.
     *
     * @return the compute, which its owner starts and closes
     */
    public ClusterCompute build() {
      return build(new JGroupsGroup(membership, name));
    }

    /** Makes it a member of that group, whatever its membership is. */
    ClusterCompute build(Group group) {
      return new ClusterCompute(this, group);
    }
  }
}
