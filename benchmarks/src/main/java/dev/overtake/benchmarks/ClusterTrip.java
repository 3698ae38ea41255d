// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.cluster.ClusterCompute;
import dev.overtake.cluster.ClusterWorker;
import dev.overtake.cluster.Membership;
import dev.overtake.compute.Task;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jgroups.Address;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.ObjectMessage;
import org.jgroups.blocks.MessageDispatcher;
import org.jgroups.blocks.RequestOptions;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does our layer add to a trip over the engine?
 *
 * <p>The baseline, {@code jgroups}, is the engine's own way to have something done by another
 * member, with the settings it ships with: the same task, serialized by it, is read and run in the
 * other member's message handler. {@code cluster} is all of ours: bounds, a virtual thread with
 * time sharing for the task, versions compared, cancel and deadline possible. Two members in one
 * JVM, by loopback.
 */
@State(Scope.Benchmark)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 3,
    jvmArgsAppend = {
      "-Xmx1g",
      "--add-opens=java.base/java.lang=ALL-UNNAMED",
      "--enable-native-access=ALL-UNNAMED"
    })
public class ClusterTrip {
  private static final int IN_FLIGHT = 64;
  private static final long GLANCE_NANOS = 10_000_000;

  /** Whose trip. */
  @Param({"jgroups", "cluster"})
  public String engine = "jgroups";

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private Callable<Integer> trip = () -> 0;

  record Answer(int n) implements Callable<Integer>, Serializable {
    @Override
    public Integer call() {
      return n;
    }
  }

  /**
   * Joins both members.
   *
   * @throws Exception if one can't
   */
  @Setup(Level.Trial)
  public void join() throws Exception {
    trip = engine.equals("jgroups") ? bare() : ours();
  }

  private Callable<Integer> bare() throws Exception {
    System.setProperty("jgroups.bind_addr", "127.0.0.1");
    System.setProperty("jgroups.tcpping.initial_hosts", "127.0.0.1[7800]");
    JChannel asking = new JChannel("tcp.xml");
    JChannel working = new JChannel("tcp.xml");
    open.push(asking);
    open.push(working);
    MessageDispatcher asker = new MessageDispatcher(asking);
    MessageDispatcher worker = new MessageDispatcher(working);
    worker.setRequestHandler(ClusterTrip::answer);
    asking.connect("trip");
    working.connect("trip");
    while (asking.getView().size() < 2) {
      LockSupport.parkNanos(GLANCE_NANOS);
    }
    Address to = working.getAddress();
    return () -> asker.sendMessage(new ObjectMessage(to, new Answer(1)), RequestOptions.SYNC());
  }

  private static Object answer(Message task) throws Exception {
    Answer answer = task.getObject();
    return answer.call();
  }

  private Callable<Integer> ours() throws Exception {
    Membership membership = Membership.onLoopback();
    ClusterWorker worker = ClusterWorker.builder(membership).start();
    open.push(worker);
    ClusterCompute cluster =
        ClusterCompute.builder(membership.join(List.of(worker.address()))).build();
    open.push(cluster);
    cluster.start();
    while (cluster.figures().members() < 1) {
      LockSupport.parkNanos(GLANCE_NANOS);
    }
    return () -> cluster.call(new Task<>("answer", 1, new Answer(1)));
  }

  /**
   * Lets both members leave.
   *
   * @throws Exception if one can't
   */
  @TearDown(Level.Trial)
  public void leave() throws Exception {
    for (AutoCloseable member : open) {
      member.close();
    }
  }

  /**
   * One trip after the other.
   *
   * @return what came back
   * @throws Exception never
   */
  @Benchmark
  @BenchmarkMode(Mode.SampleTime)
  public int oneCaller() throws Exception {
    return trip.call();
  }

  /**
   * Sixty-four at a time.
   *
   * @return what came back
   * @throws Exception never
   */
  @Benchmark
  @BenchmarkMode(Mode.Throughput)
  @OutputTimeUnit(TimeUnit.SECONDS)
  @Threads(IN_FLIGHT)
  public int sixtyFourInFlight() throws Exception {
    return trip.call();
  }
}
