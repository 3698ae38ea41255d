// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.cluster.ClusterCompute;
import dev.overtake.cluster.ClusterWorker;
import dev.overtake.cluster.Membership;
import dev.overtake.compute.RemoteTasks;
import dev.overtake.compute.RemoteTrip;
import dev.overtake.compute.Task;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.blocks.MessageDispatcher;
import org.jgroups.blocks.RequestOptions;

/**
 * The process of two members under test: {@code ClusterTripMain jgroups|cluster CALLERS
 * WARMUP-MILLIS MILLIS}. Prints trips a second, and the median and the 99th percentile of one in
 * microseconds.
 */
public final class ClusterTripMain {
  static final String ENGINE = "jgroups";
  static final String OURS = "cluster";
  static final String RESULT = "trips ";

  private static final int TASK_BYTES = 16 << 20;
  private static final long GLANCE_NANOS = 10_000_000;

  private ClusterTripMain() {}

  record Answer(int n) implements Callable<Integer>, Serializable {
    @Override
    public Integer call() {
      return n;
    }
  }

  /**
   * Joins both members, measures, and ends the process.
   *
   * @param arguments as the class says
   * @throws Exception if a member can't join or a trip fails; the process ends
   */
  public static void main(String... arguments) throws Exception {
    // The engine's threads would keep the process.
    Thread.currentThread()
        .setUncaughtExceptionHandler((_, failure) -> {
          System.err.println("ClusterTripMain: " + failure);
          Runtime.getRuntime().halt(1);
        });
    Callable<Integer> trip = arguments[0].equals(OURS) ? ours() : bare();
    int callers = Integer.parseInt(arguments[1]);
    measure(trip, callers, Long.parseLong(arguments[2]));
    long millis = Long.parseLong(arguments[3]);
    long[] nanos = measure(trip, callers, millis);
    System.out.println(
        RESULT
            + nanos.length * 1e3 / millis
            + " "
            + nanos[nanos.length / 2] / 1e3
            + " "
            + nanos[(int) (nanos.length * 0.99)] / 1e3);
    Runtime.getRuntime().halt(0);
  }

  /**
   * The engine's own request and answer. Its threads are set to what our stack has; what is sent is
   * what we send, so that the difference is our layer and not what it does with objects.
   */
  private static Callable<Integer> bare() throws Exception {
    System.setProperty("jgroups.bind_addr", "127.0.0.1");
    System.setProperty("jgroups.tcpping.initial_hosts", "127.0.0.1[7800]");
    System.setProperty("vthreads", "false");
    System.setProperty("tcp-nodelay", "true");
    System.setProperty("jgroups.thread_pool.max_threads", "32");
    JChannel asking = new JChannel("tcp.xml");
    JChannel working = new JChannel("tcp.xml");
    RemoteTasks tasks = new RemoteTasks(TASK_BYTES, List.of(), Answer.class.getClassLoader());
    MessageDispatcher asker = new MessageDispatcher(asking);
    MessageDispatcher worker = new MessageDispatcher(working);
    worker.setRequestHandler(message -> {
      int begin = message.getOffset();
      byte[] bytes = Arrays.copyOfRange(message.getArray(), begin, begin + message.getLength());
      return tasks.run(bytes, () -> {});
    });
    asking.connect("trip");
    working.connect("trip");
    while (asking.getView().size() < 2) {
      LockSupport.parkNanos(GLANCE_NANOS);
    }
    Address to = working.getAddress();
    return () -> {
      Task<Integer> task = new Task<>("answer", 1, new Answer(1));
      byte[] answer =
          asker.sendMessage(new BytesMessage(to, tasks.pack(ENGINE, task)), RequestOptions.SYNC());
      Answered trip = new Answered(task, tasks);
      trip.arrive(ByteBuffer.wrap(answer), ENGINE);
      return trip.get();
    };
  }

  /** Reads an answer as ours are read. */
  private static final class Answered extends RemoteTrip<Integer> {
    Answered(Task<Integer> task, RemoteTasks tasks) {
      super(task, tasks);
    }

    @Override
    protected void withdraw(boolean interrupt) {
      throw new AssertionError("nobody cancels it");
    }
  }

  private static Callable<Integer> ours() throws Exception {
    Membership membership = Membership.onLoopback();
    ClusterWorker worker = ClusterWorker.builder(membership).taskBytes(TASK_BYTES).start();
    ClusterCompute cluster =
        ClusterCompute.builder(membership.join(List.of(worker.address())))
            .taskBytes(TASK_BYTES)
            .build();
    cluster.start();
    while (cluster.figures().members() < 1) {
      LockSupport.parkNanos(GLANCE_NANOS);
    }
    return () -> cluster.call(new Task<>("answer", 1, new Answer(1)));
  }

  /** Returns how long each trip took, in order of size. */
  private static long[] measure(Callable<Integer> trip, int callers, long millis) throws Exception {
    long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    List<Future<long[]>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(callers)) {
      for (int i = 0; i < callers; i++) {
        all.add(threads.submit(() -> askUntil(endNanos, trip)));
      }
    }
    LongStream trips = LongStream.empty();
    for (Future<long[]> some : all) {
      trips = LongStream.concat(trips, Arrays.stream(some.get()));
    }
    return trips.sorted().toArray();
  }

  private static long[] askUntil(long endNanos, Callable<Integer> trip) throws Exception {
    long[] nanos = new long[1 << 16];
    int count = 0;
    for (long begun = System.nanoTime(); begun - endNanos < 0; ) {
      trip.call();
      long ended = System.nanoTime();
      if (count == nanos.length) {
        nanos = Arrays.copyOf(nanos, 2 * count);
      }
      nanos[count++] = ended - begun;
      begun = ended;
    }
    return Arrays.copyOf(nanos, count);
  }
}
