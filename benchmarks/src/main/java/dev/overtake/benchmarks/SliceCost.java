// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.scheduler.Scheduler;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does one slice cost: a virtual thread is unparked, runs, unparks another one, parks?
 *
 * <p>The baseline is the JDK's own scheduler of virtual threads; {@code event-loop} and {@code
 * overtake} are ours without and with time sharing. Two threads take turns, so that no time is
 * spent on anything but slices.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 3,
    jvmArgsAppend = {
      "--add-opens=java.base/java.lang=ALL-UNNAMED",
      "--enable-native-access=ALL-UNNAMED"
    })
public class SliceCost {
  private static final int SLICES = 10_000;

  /** Whose slices. */
  @Param({"jdk", "event-loop", "overtake"})
  public String scheduler = "jdk";

  private ThreadFactory threads = Thread.ofVirtual().factory();
  private AutoCloseable closing = () -> {};

  /** Starts the scheduler. */
  @Setup(Level.Trial)
  public void start() {
    if (!scheduler.equals("jdk")) {
      Scheduler.Builder builder = Scheduler.builder();
      Scheduler started =
          scheduler.equals("overtake") ? builder.build() : builder.withoutTimeSharing().build();
      threads = started.threadFactory("slice-");
      closing = started;
    }
  }

  /**
   * Ends the scheduler.
   *
   * @throws Exception never, as no thread of it is left
   */
  @TearDown(Level.Trial)
  public void end() throws Exception {
    closing.close();
  }

  /**
   * Lets two virtual threads take turns.
   *
   * @throws InterruptedException if JMH gives up
   */
  @Benchmark
  @OperationsPerInvocation(SLICES)
  public void parkAndUnpark() throws InterruptedException {
    Turns turns = new Turns();
    Thread even = threads.newThread(() -> turns.take(0));
    Thread odd = threads.newThread(() -> turns.take(1));
    turns.even = even;
    turns.odd = odd;
    even.start();
    odd.start();
    even.join();
    odd.join();
  }

  private static final class Turns {
    private volatile int turn;
    // Set before either thread starts.
    private Thread even = Thread.currentThread();
    private Thread odd = even;

    void take(int parity) {
      for (int mine = parity; mine < SLICES; mine += 2) {
        while (turn < mine) {
          LockSupport.park();
        }
        turn = mine + 1;
        LockSupport.unpark(parity == 0 ? odd : even);
      }
    }
  }
}
