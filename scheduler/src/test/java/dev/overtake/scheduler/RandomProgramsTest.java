// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random programs of virtual threads under random schedulers: every one ends, none is lost, what
 * locks guard adds up, and nothing is left.
 *
 * <p>{@code -Dovertake.soak.seconds=300} makes it longer, {@code -Dovertake.soak.seed=…} repeats a
 * run: same programs and schedulers, though not the same interleaving.
 */
class RandomProgramsTest {
  private static final int PROGRAMS = 24;
  private static final int STEPS = 25;
  private static final int LOCKS = 3;

  @Test
  @Timeout(3600) // each round has a limit of its own
  void everyProgramEnds() throws Exception {
    long seconds = Long.getLong("overtake.soak.seconds", 8);
    long seed = Long.getLong("overtake.soak.seed", System.nanoTime());
    System.out.println("random programs: repeat this run with -Dovertake.soak.seed=" + seed);
    Random random = new Random(seed);
    long start = System.nanoTime();
    int rounds = 0;
    do {
      try (Round round = new Round(random.nextLong())) {
        round.run();
      }
      rounds++;
    } while (System.nanoTime() - start < seconds * 1_000_000_000L);
    System.out.println("random programs: " + rounds + " rounds");
  }

  /** One scheduler and its programs. */
  private static final class Round implements AutoCloseable {
    private final long seed;
    private final String description;
    private final Scheduler scheduler;
    private final @Nullable LoopServerSocket listener; // null where there are no native sockets
    private final @Nullable Thread accepting; // as listener
    private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private final ReentrantLock[] locks = new ReentrantLock[LOCKS];
    private final Object[] monitors = new Object[LOCKS];
    private final long[] underLock = new long[LOCKS]; // guarded by locks
    private final long[] underMonitor = new long[LOCKS]; // guarded by monitors
    private final AtomicLongArray lockings = new AtomicLongArray(LOCKS);
    private final AtomicLongArray enterings = new AtomicLongArray(LOCKS);

    Round(long seed) throws IOException {
      this.seed = seed;
      Random random = new Random(seed);
      for (int i = 0; i < LOCKS; i++) {
        locks[i] = new ReentrantLock(random.nextBoolean());
        monitors[i] = new Object();
      }
      int loops = 1 + random.nextInt(3);
      Duration quantum = Duration.ofNanos(500_000L * random.nextInt(5));
      int spares = random.nextInt(3);
      int overstaying = 1 + random.nextInt(6);
      // Lowered threads starve where the machine is busy with something else, as with other tests.
      Demotion demotion = random.nextInt(4) == 0 ? Demotion.NICE_5 : Demotion.NONE;
      boolean portable = random.nextInt(4) == 0;
      description =
          "seed %d: %d loops, quantum %s, %d spares, %d may overstay, %s%s"
              .formatted(
                  seed,
                  loops,
                  quantum,
                  spares,
                  overstaying,
                  demotion,
                  portable ? ", portable" : "");
      Scheduler.Builder builder =
          Scheduler.builder()
              .name("random")
              .eventLoops(loops)
              .quantum(quantum)
              .spareCarriers(spares)
              .maxOverstaying(overstaying)
              .demotion(demotion);
      if (portable) {
        builder.os = Os::new;
      }
      scheduler = builder.build();
      if (scheduler.hasNativeSockets()) {
        LoopServerSocket listening =
            scheduler.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        listener = listening;
        accepting = Thread.ofPlatform().name("accepting").start(() -> acceptAll(listening));
      } else {
        listener = null;
        accepting = null;
      }
    }

    void run() {
      Random random = new Random(seed + 1);
      for (int i = 0; i < PROGRAMS; i++) {
        Program program = new Program(this, random.nextLong(), 2);
        program.start(scheduler.newThread("program-" + i, program));
      }
      long start = System.nanoTime();
      while (ended.get() < begun.get()) {
        if (System.nanoTime() - start > 60_000_000_000L) {
          throw new AssertionError("lost threads, " + description + "\n" + unfinished());
        }
        LockSupport.parkNanos(200_000);
      }
      assertThat(failures).as(description).isEmpty();
      for (int i = 0; i < LOCKS; i++) {
        assertThat(underLock[i]).as(description).isEqualTo(lockings.get(i));
        assertThat(underMonitor[i]).as(description).isEqualTo(enterings.get(i));
      }
    }

    private String unfinished() {
      StringBuilder text = new StringBuilder(scheduler.toString());
      for (Thread thread : threads) {
        if (thread.isAlive()) {
          text.append('\n').append(thread);
          for (StackTraceElement frame : thread.getStackTrace()) {
            text.append("\n    ").append(frame);
          }
        }
      }
      return text.toString();
    }

    @Override
    public void close() throws IOException {
      if (listener != null && accepting != null) {
        listener.close();
        Eventually.ended(accepting);
      }
      assertThat(scheduler.close(Duration.ofSeconds(60))).as(description).isTrue();
      Eventually.that("all carriers have ended", () -> scheduler.figures().carriers() == 0);
      SchedulerFigures figures = scheduler.figures();
      assertThat(figures.threads()).as(description).isZero();
      assertThat(figures.queueDepth()).as(description).isZero();
      assertThat(figures.suspectsWaiting()).as(description).isZero();
      assertThat(figures.overstaying()).as(description).isZero();
    }

    private void acceptAll(LoopServerSocket listening) {
      try {
        while (true) {
          LoopSocket socket = listening.accept();
          scheduler.newThread("echo", () -> echo(socket)).start();
        }
      } catch (SocketException e) {
        // The round is over.
        assertThat(e).hasMessage("socket closed");
      } catch (IOException e) {
        failures.add(e);
      }
    }

    private void echo(LoopSocket socket) {
      try (socket) {
        byte[] buffer = new byte[64];
        for (int n; (n = socket.read(buffer, 0, buffer.length)) > 0; ) {
          socket.write(buffer, 0, n);
        }
      } catch (IOException e) {
        // An interrupted client closes with bytes on their way.
        if (!"broken pipe".equals(e.getMessage()) && !"connection reset".equals(e.getMessage())) {
          failures.add(e);
        }
      }
    }
  }

  /** One virtual thread: a seed says what it does. */
  private static final class Program implements Runnable {
    private static final ThreadLocal<Long> LOCAL = new ThreadLocal<>();
    private static final ScopedValue<Long> SCOPED = ScopedValue.newInstance();

    private final Round round;
    private final long seed;
    private final Random random;
    private final int depth; // how deep children may nest below

    Program(Round round, long seed, int depth) {
      this.round = round;
      this.seed = seed;
      this.random = new Random(seed);
      this.depth = depth;
    }

    void start(Thread thread) {
      round.begun.incrementAndGet();
      round.threads.add(thread);
      thread.start();
    }

    @Override
    public void run() {
      try {
        LOCAL.set(seed);
        ScopedValue.where(SCOPED, seed).run(() -> steps(depth == 2 ? STEPS : 5));
      } catch (Throwable e) {
        round.failures.add(e);
      } finally {
        round.ended.incrementAndGet();
      }
    }

    private void steps(int count) {
      for (int i = 0; i < count; i++) {
        step();
        check(LOCAL.get() == seed, "thread local of another thread");
        check(SCOPED.get() == seed, "scoped value of another thread");
      }
    }

    private static void check(boolean holds, String otherwise) {
      if (!holds) {
        throw new AssertionError(otherwise);
      }
    }

    private void step() {
      switch (random.nextInt(12)) {
        case 0 -> compute(random.nextInt(100_000));
        case 1 -> compute(random.nextInt(4_000_000));
        case 2 -> yieldOften();
        case 3 -> sleepOrBeInterrupted();
        case 4 -> LockSupport.parkNanos(random.nextInt(500_000));
        case 5 -> underLock();
        case 6 -> underMonitor();
        case 7 -> parkUntilUnparked();
        case 8 -> waitUntilNotified();
        case 9 -> interruptSomebody();
        case 10 -> childProgram();
        default -> talk();
      }
    }

    private static void compute(long nanos) {
      long start = System.nanoTime();
      while (System.nanoTime() - start < nanos) {
        Thread.onSpinWait();
      }
    }

    @SuppressWarnings("ThreadPriorityCheck") // yielding is what is tested
    private void yieldOften() {
      for (int i = random.nextInt(20); i >= 0; i--) {
        Thread.yield();
      }
    }

    private void sleepOrBeInterrupted() {
      try {
        Thread.sleep(0, random.nextInt(999_999));
      } catch (InterruptedException e) {
        // somebody's interrupt ends the sleep, as it should
      }
    }

    private void underLock() {
      int which = random.nextInt(LOCKS);
      ReentrantLock lock = round.locks[which];
      round.lockings.incrementAndGet(which);
      lock.lock();
      try {
        long before = round.underLock[which];
        linger();
        round.underLock[which] = before + 1;
      } finally {
        lock.unlock();
      }
    }

    private void underMonitor() {
      int which = random.nextInt(LOCKS);
      round.enterings.incrementAndGet(which);
      synchronized (round.monitors[which]) {
        long before = round.underMonitor[which];
        linger();
        round.underMonitor[which] = before + 1;
      }
    }

    private void linger() {
      switch (random.nextInt(8)) {
        case 0 -> compute(random.nextInt(2_500_000));
        case 1 -> LockSupport.parkNanos(random.nextInt(200_000));
        case 2 -> yieldOften();
        default -> {}
      }
    }

    private void parkUntilUnparked() {
      AtomicBoolean flag = new AtomicBoolean();
      Thread parent = Thread.currentThread();
      long delay = random.nextInt(300_000);
      child(() -> {
        compute(delay);
        flag.set(true);
        LockSupport.unpark(parent);
      });
      while (!flag.get()) {
        LockSupport.park();
        boolean ignored = Thread.interrupted(); // or the next park would not wait
      }
    }

    private void waitUntilNotified() {
      Object monitor = new Object();
      boolean[] flag = new boolean[1]; // guarded by monitor
      boolean timed = random.nextBoolean();
      long delay = random.nextInt(300_000);
      child(() -> {
        compute(delay);
        synchronized (monitor) {
          flag[0] = true;
          monitor.notifyAll();
        }
      });
      synchronized (monitor) {
        while (!flag[0]) {
          try {
            monitor.wait(timed ? 1 : 0);
          } catch (InterruptedException e) {
            // somebody's interrupt; the wait goes on
          }
        }
      }
    }

    /** Started by this thread without naming a scheduler: it inherits ours. */
    private void child(Runnable body) {
      round.begun.incrementAndGet();
      round.threads.add(
          Thread.startVirtualThread(() -> {
            try {
              check(Thread.currentThread().toString().contains("@random-"), "not on our loops");
              body.run();
            } catch (Throwable e) {
              round.failures.add(e);
            } finally {
              round.ended.incrementAndGet();
            }
          }));
    }

    private void childProgram() {
      if (depth == 0) {
        return;
      }
      Program program = new Program(round, random.nextLong(), depth - 1);
      Thread thread =
          random.nextBoolean()
              ? Thread.ofVirtual().name("child").unstarted(program)
              : round.scheduler.newThread("child", program);
      program.start(thread);
      boolean joined = false;
      while (!joined) {
        try {
          joined = thread.join(Duration.ofSeconds(100));
        } catch (InterruptedException e) {
          // somebody's interrupt; the wait goes on
        }
      }
    }

    private void interruptSomebody() {
      List<Thread> alive = new ArrayList<>();
      for (Thread thread : round.threads) {
        if (thread.isAlive()) {
          alive.add(thread);
        }
      }
      if (!alive.isEmpty()) {
        alive.get(random.nextInt(alive.size())).interrupt();
      }
    }

    /** A conversation with an echo on the same loops. */
    private void talk() {
      LoopServerSocket listener = round.listener;
      if (listener == null) {
        return;
      }
      byte[] sent = new byte[1 + random.nextInt(200)];
      random.nextBytes(sent);
      boolean ignored = Thread.interrupted();
      try (Socket socket = new Socket()) {
        socket.connect(listener.localAddress());
        InputStream in = socket.getInputStream();
        for (int i = random.nextInt(4); i >= 0; i--) {
          socket.getOutputStream().write(sent);
          check(Arrays.equals(in.readNBytes(sent.length), sent), "another echo");
        }
        socket.shutdownOutput();
        check(in.read() == -1, "the echo does not end");
      } catch (IOException e) {
        // The JDK closes the socket of a virtual thread that is interrupted in it.
        check(Thread.interrupted(), "a conversation failed: " + e);
      }
    }
  }
}
