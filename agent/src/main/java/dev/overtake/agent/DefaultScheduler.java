// SPDX-License-Identifier: Apache-2.0
package dev.overtake.agent;

import dev.overtake.scheduler.Scheduler;
import dev.overtake.scheduler.SchedulerFigures;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the JDK takes for its scheduler of virtual threads: a pool in name, because the JDK's field
 * has that type, whose work is done by the event loops of a {@link Scheduler}.
 *
 * <p>Until it is told to {@link #drive} a scheduler it is the pool it inherits from, so that no
 * virtual thread is lost whatever fails while the agent starts.
 */
final class DefaultScheduler extends ForkJoinPool {
  /*
   * The JDK asks five things of this pool: execute, externalSubmit and lazySubmit for a continuation
   * (the last two only on carriers of its own kind, which there are none of), schedule for a timed
   * wait, and figures for management. Timers have threads of their own, made at the start: the
   * pool's would hand each end of a wait to a worker of the pool first, and a thread made later would
   * inherit the priority of whoever happens to need it first, perhaps a demoted carrier.
   */
  private record Driving(
      Scheduler scheduler, Executor slices, List<ScheduledThreadPoolExecutor> timers) {}

  private final ThreadStarts starts;
  private volatile @Nullable Driving driving; // set once

  DefaultScheduler(ThreadStarts starts) {
    super(
        Runtime.getRuntime().availableProcessors(),
        ForkJoinPool.defaultForkJoinWorkerThreadFactory,
        null,
        true);
    this.starts = starts;
  }

  /**
   * From now on the scheduler's event loops run all virtual threads.
   *
   * @throws UnsupportedOperationException if it has none; this is then a pool as before
   */
  void drive(Scheduler scheduler) {
    Executor slices = scheduler.slices();
    int processors = Runtime.getRuntime().availableProcessors();
    int count = Math.max(Integer.highestOneBit(processors / 4), 1); // as the JDK does elsewhere
    List<ScheduledThreadPoolExecutor> timers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String name = scheduler.name() + "-timer-" + i;
      var timer =
          new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name(name).factory());
      timer.setRemoveOnCancelPolicy(true);
      boolean ignored = timer.prestartCoreThread();
      timers.add(timer);
    }
    driving = new Driving(scheduler, slices, timers);
  }

  /**
   * Takes continuations from the JDK, platform threads to be started, see {@link ThreadStarts}, and
   * virtual threads that are about to read, see {@link SocketReads}.
   */
  @Override
  public void execute(Runnable continuation) {
    Driving now = driving;
    if (continuation instanceof Thread thread) {
      if (thread.isVirtual()) {
        Scheduler.yieldIfDue();
      } else {
        starts.start(thread);
      }
    } else if (now == null) {
      super.execute(continuation);
    } else {
      now.slices.execute(continuation);
    }
  }

  @Override
  public void execute(ForkJoinTask<?> task) {
    Driving now = driving;
    if (now == null) {
      super.execute(task);
    } else {
      now.slices.execute(task::quietlyInvoke);
    }
  }

  @Override
  public <T> ForkJoinTask<T> submit(ForkJoinTask<T> task) {
    execute(task);
    return task;
  }

  @Override
  public <T> ForkJoinTask<T> externalSubmit(ForkJoinTask<T> task) {
    execute(task);
    return task;
  }

  @Override
  public <T> ForkJoinTask<T> lazySubmit(ForkJoinTask<T> task) {
    execute(task);
    return task;
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    Driving now = driving;
    if (now == null) {
      return super.schedule(command, delay, unit);
    }
    int index = (int) Thread.currentThread().threadId() & (now.timers.size() - 1);
    return now.timers.get(index).schedule(command, delay, unit);
  }

  // -- Figures, as VirtualThreadSchedulerMXBean asks for them.

  private @Nullable SchedulerFigures figures() {
    Driving now = driving;
    return now == null ? null : now.scheduler.figures();
  }

  @Override
  public int getParallelism() {
    SchedulerFigures figures = figures();
    return figures == null ? super.getParallelism() : figures.eventLoops();
  }

  @Override
  public int setParallelism(int size) {
    if (driving == null) {
      return super.setParallelism(size);
    }
    int loops = getParallelism();
    if (size != loops) {
      throw new UnsupportedOperationException(
          "overtake-agent: the number of event loops is fixed; pass loops=" + size);
    }
    return loops;
  }

  @Override
  public int getPoolSize() {
    SchedulerFigures figures = figures();
    return figures == null ? super.getPoolSize() : figures.carriers();
  }

  /** Carriers that drive a loop, though it may be waiting, or overstay: more is not known. */
  @Override
  public int getActiveThreadCount() {
    SchedulerFigures figures = figures();
    return figures == null
        ? super.getActiveThreadCount()
        : Math.max(0, figures.carriers() - figures.spareCarriers());
  }

  @Override
  public long getQueuedTaskCount() {
    SchedulerFigures figures = figures();
    return figures == null
        ? super.getQueuedTaskCount()
        : figures.queueDepth() + figures.suspectsWaiting();
  }

  @Override
  public int getQueuedSubmissionCount() {
    return driving == null ? super.getQueuedSubmissionCount() : 0;
  }

  @Override
  public String toString() {
    Driving now = driving;
    return now == null ? super.toString() : now.scheduler.toString();
  }
}
