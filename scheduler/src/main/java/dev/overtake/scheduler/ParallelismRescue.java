// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import jdk.management.VirtualThreadSchedulerMXBean;
import org.jspecify.annotations.Nullable;

/**
 * Time sharing for the JDK's own virtual threads by public means: while threads are queued and
 * every carrier is occupied, the JDK's scheduler is given one more carrier per quantum; when fewer
 * are occupied, they are taken back.
 *
 * <p>Extra carriers compete as equals: nothing is demoted. The JDK's parallelism is one setting of
 * the whole process, so at most one rescue runs at a time: the first scheduler's, for all, until
 * the last is closed.
 */
final class ParallelismRescue extends Thread {
  private static final System.Logger LOG = System.getLogger(Scheduler.class.getName());
  private static final long IDLE_PERIOD_NANOS = 20_000_000L;
  private static final int CALM_LOOKS_BEFORE_LESS = 100;

  private static @Nullable ParallelismRescue running; // guarded by the class, as the next one

  private int users;
  private final VirtualThreadSchedulerMXBean scheduler;
  private final int usual;
  private final int most;
  private final long quantumNanos;
  private final AtomicLong raises = new AtomicLong();
  private int looksWithoutCarrier; // this thread's alone
  private volatile boolean stopped;

  private ParallelismRescue(
      String name, VirtualThreadSchedulerMXBean scheduler, long quantumNanos, int most) {
    super(null, null, name + "-rescue", 0, false);
    this.scheduler = scheduler;
    this.usual = scheduler.getParallelism();
    this.most = Math.max(usual, most);
    this.quantumNanos = quantumNanos;
    setDaemon(true);
  }

  /**
   * Joins the rescue or starts it, or returns null and says so where this JDK cannot be rescued.
   */
  static @Nullable ParallelismRescue start(String name, Scheduler.Builder builder) {
    if (ModuleLayer.boot().findModule("jdk.management").isEmpty()) {
      LOG.log(
          Level.WARNING,
          "{0}: no module jdk.management: virtual threads get no time sharing",
          name);
      return null;
    }
    synchronized (ParallelismRescue.class) {
      ParallelismRescue rescue = running;
      if (rescue == null) {
        var bean = ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class);
        int most = Math.max(1, bean.getParallelism()) + builder.maxOverstaying;
        long quantum = Math.max(1_000_000, builder.quantum.toNanos());
        rescue = new ParallelismRescue(name, bean, quantum, most);
        rescue.start();
        running = rescue;
      }
      rescue.users++;
      return rescue;
    }
  }

  static SchedulerFigures figures(@Nullable ParallelismRescue rescue, int loops, int threads) {
    int carriers = rescue == null ? loops : Math.max(0, rescue.scheduler.getPoolSize());
    int queued =
        rescue == null ? 0 : (int) Math.max(0, rescue.scheduler.getQueuedVirtualThreadCount());
    long raises = rescue == null ? 0 : rescue.raises.get();
    return new SchedulerFigures(
        "fallback", loops, carriers, 0, 0, threads, 0, raises, 0, 0, 0, queued, 0, 0);
  }

  @Override
  public void run() {
    int calmLooks = 0;
    boolean hogged = false;
    while (!stopped) {
      int parallelism = scheduler.getParallelism();
      int mounted = scheduler.getMountedVirtualThreadCount();
      boolean queued = scheduler.getQueuedVirtualThreadCount() > 0;
      boolean occupied = mounted >= Math.min(parallelism, scheduler.getPoolSize());
      if (queued && occupied) {
        if (hogged) { // two looks in a row: occupied for a quantum
          addCarrier(parallelism);
        }
        hogged = true;
        calmLooks = 0;
      } else {
        hogged = false;
        if (!occupied && parallelism > usual && ++calmLooks >= CALM_LOOKS_BEFORE_LESS) {
          scheduler.setParallelism(parallelism - 1);
          calmLooks = 0;
        }
      }
      LockSupport.parkNanos(this, mounted > 0 || queued ? quantumNanos : IDLE_PERIOD_NANOS);
    }
    scheduler.setParallelism(usual);
  }

  private void addCarrier(int parallelism) {
    if (scheduler.getPoolSize() >= parallelism) {
      looksWithoutCarrier = 0;
      if (parallelism < most) {
        setParallelism(parallelism + 1);
        raises.incrementAndGet();
      }
    } else if (Integer.bitCount(++looksWithoutCarrier) == 1) { // at once, then ever more seldom
      setParallelism(parallelism);
    }
  }

  /**
   * The JDK's scheduler makes a carrier when somebody submits to a queue that looks empty; the bean
   * submits a virtual thread for that. Queues are chosen by the submitting thread, and this one's
   * is not empty while its last submission waits behind the hogs: so a fresh thread does it.
   */
  private void setParallelism(int parallelism) {
    joinUninterruptibly(
        Thread.ofPlatform()
            .daemon()
            .name(getName() + "-raise")
            .start(() -> scheduler.setParallelism(parallelism)));
  }

  /** Ends the rescue if nobody else needs it, and waits until parallelism is what it was. */
  void close() {
    synchronized (ParallelismRescue.class) {
      users--;
      if (users > 0) {
        return;
      }
      running = null;
      stopped = true;
      LockSupport.unpark(this);
      joinUninterruptibly(this);
    }
  }

  private static void joinUninterruptibly(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
