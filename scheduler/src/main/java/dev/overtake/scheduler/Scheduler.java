// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Virtual threads with time sharing: event loops that a thread may block or occupy.
 *
 * {@snippet :
 * try (Scheduler scheduler = Scheduler.builder().quantum(Duration.ofMillis(1)).build();
 *     ExecutorService threads = scheduler.executor()) {
 *   threads.submit(() -> fib(45)); // seconds of computing …
 *   threads.submit(() -> answer(socket)); // … and this one still answers at once
 * }
 * }
 *
 * <p>As many carriers as there are event loops run the virtual threads. A thread that runs longer
 * than the quantum without parking <em>overstays</em>: it keeps its OS thread, whose priority is
 * lowered, and a spare OS thread goes on with the loop. The thread itself notices nothing.
 *
 * <p>Thread-safe. Needs {@code --add-opens java.base/java.lang=dev.overtake.scheduler} ({@code
 * ALL-UNNAMED} on the class path), because schedulers of virtual threads are not public API in Java
 * 25. Without it the virtual threads are the JDK's, and time sharing is had by public means: while
 * they are all occupied, the JDK's scheduler is given more carriers. The log says so once.
 */
public final class Scheduler implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Scheduler.class.getName());
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final String name;
  private final AtomicInteger threads = new AtomicInteger();
  private final int eventLoops;
  private final @Nullable EventLoops loops; // null in the fallback
  private final @Nullable Watchdog watchdog; // null in the fallback or without time sharing
  private final @Nullable Witness witness; // as the watchdog
  private final @Nullable ParallelismRescue rescue; // the fallback's, with time sharing
  private final @Nullable AutoCloseable bean;
  private volatile boolean closed; // no more threads are made
  private final AtomicBoolean stopped = new AtomicBoolean(); // the loops end, or have ended

  private Scheduler(Builder builder) {
    name = builder.name.isEmpty() ? "overtake-" + NUMBER.incrementAndGet() : builder.name;
    eventLoops = builder.eventLoops;
    long quantumNanos = builder.quantumNanos();
    if (!builder.ownLoops || !JdkInternals.available() || Boolean.getBoolean("overtake.fallback")) {
      if (builder.ownLoops) {
        LOG.log(
            Level.WARNING,
            "{0}: event loops need --add-opens java.base/java.lang={1}; until then virtual threads"
                + " are the JDK''s and get more carriers while all are occupied",
            name,
            Scheduler.class.getModule().isNamed()
                ? Scheduler.class.getModule().getName()
                : "ALL-UNNAMED");
      }
      loops = null;
      watchdog = null;
      witness = null;
      rescue = builder.timeSharing ? ParallelismRescue.start(name, builder) : null;
    } else {
      JdkInternals.startTimers();
      rescue = null;
      Witness witnessing = new Witness(name, quantumNanos);
      try {
        loops = new EventLoops(name, builder, witnessing);
      } catch (IOException e) {
        throw new UncheckedIOException(name + ": cannot make the poller", e);
      }
      if (builder.timeSharing) {
        witness = witnessing;
        watchdog =
            new Watchdog(
                loops,
                quantumNanos,
                builder.demotion,
                builder.maxCarriers(),
                builder.floor,
                witnessing);
        loops.start();
        loops.refillSpares();
        watchdog.start();
        witness.start();
      } else {
        witness = null;
        watchdog = null;
        loops.start();
      }
    }
    bean = Boolean.getBoolean("overtake.nojmx") ? null : Beans.register(this, name);
  }

  /**
   * Returns a builder with the defaults.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns this scheduler's name, which its carriers' names begin with.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * Returns a factory of virtual threads that run on this scheduler, as do the virtual threads that
   * those start.
   *
   * @param prefix the threads are named {@code prefix} and a number from 0; empty for no name
   * @return a thread-safe factory; it throws {@link RejectedExecutionException} once this scheduler
   *     is closed
   */
  public ThreadFactory threadFactory(String prefix) {
    AtomicLong number = new AtomicLong();
    return task -> newThread(prefix.isEmpty() ? "" : prefix + number.getAndIncrement(), task);
  }

  /**
   * Makes one unstarted virtual thread that runs on this scheduler.
   *
   * @param threadName its name, may be empty
   * @param task what it runs
   * @return the thread, to be started by the caller
   * @throws RejectedExecutionException if this scheduler is closed
   */
  public Thread newThread(String threadName, Runnable task) {
    if (closed) {
      throw new RejectedExecutionException(name + ": closed");
    }
    Runnable counted =
        () -> {
          threads.incrementAndGet();
          try {
            task.run();
          } finally {
            threads.decrementAndGet();
          }
        };
    EventLoops driven = loops;
    return driven == null
        ? Thread.ofVirtual().name(threadName).unstarted(counted)
        : JdkInternals.newVirtualThread(driven, threadName, counted);
  }

  /**
   * Returns an executor that runs each task in a virtual thread of its own on this scheduler. Close
   * it before the scheduler.
   *
   * @return a new executor
   */
  public ExecutorService executor() {
    return Executors.newThreadPerTaskExecutor(threadFactory(name + "-task-"));
  }

  /**
   * Lets the threads that wait run first, if the calling virtual thread has had its event loop for
   * half a quantum or has overstayed; does nothing otherwise, nor on any other thread. For places
   * that a thread passes often without waiting, so that it need not overstay: a step of a long
   * computation, or a read from a socket whose data is already there. Costs as much as {@link
   * System#nanoTime}; never blocks.
   */
  public static void yieldIfDue() {
    Carrier carrier = Carrier.current();
    if (carrier != null && carrier.yieldDue()) {
      letOthersRun();
    }
  }

  @SuppressWarnings(
      "ThreadPriorityCheck") // not a hint here: a virtual thread goes to the queue's end
  static void letOthersRun() {
    Thread.yield();
  }

  /**
   * Returns what runs each task as one slice on an event loop. This is what the JDK wants of a
   * scheduler of virtual threads, and meant for whoever makes this scheduler the JDK's own; to run
   * tasks of your own use {@link #executor}. It never blocks, may be called from any thread, and
   * goes on after {@link #close}.
   *
   * @return the same executor each time
   * @throws UnsupportedOperationException if this scheduler has no event loops
   */
  public Executor slices() {
    EventLoops driven = loops;
    if (driven == null) {
      throw new UnsupportedOperationException(name + ": no event loops here");
    }
    return driven;
  }

  /**
   * Whether {@link #listen} works: the system has a native poller and the JDK's inside is open.
   * Otherwise use the JDK's sockets, which wait in the JDK's poller.
   *
   * @return true if sockets can wait in this scheduler's own loops
   */
  public boolean hasNativeSockets() {
    return loops != null && loops.epoll() != null;
  }

  /**
   * Listens on an address; connections wait in this scheduler's own event loops. {@code
   * SO_REUSEADDR} is set, and {@code TCP_NODELAY} on each connection.
   *
   * @param address where to listen; port 0 for one that is free
   * @param backlog how many connections may wait to be accepted, at least 1
   * @return the listening socket; the caller closes it before the scheduler
   * @throws UnsupportedOperationException if {@link #hasNativeSockets} is false
   * @throws IOException if the address cannot be bound
   */
  public LoopServerSocket listen(InetSocketAddress address, int backlog) throws IOException {
    return new LoopServerSocket(nativePoller(), address, backlog);
  }

  /**
   * Accepts from a socket that other processes accept from as well; otherwise as {@link
   * #listen(InetSocketAddress, int)}.
   *
   * @param socket the socket of this process
   * @return this scheduler's view of it; the caller closes it before the scheduler
   * @throws UnsupportedOperationException if {@link #hasNativeSockets} is false
   * @throws IOException if the system refuses
   */
  public LoopServerSocket listen(SharedSocket socket) throws IOException {
    return new LoopServerSocket(nativePoller(), socket);
  }

  private EpollPoller nativePoller() {
    EpollPoller epoll = loops == null ? null : loops.epoll();
    if (epoll == null) {
      throw new UnsupportedOperationException(name + ": no native poller here");
    }
    return epoll;
  }

  /**
   * Returns what this scheduler has done and holds.
   *
   * @return the figures of this moment
   */
  public SchedulerFigures figures() {
    EventLoops driven = loops;
    if (driven == null) {
      return ParallelismRescue.figures(rescue, eventLoops, threads.get());
    }
    Watchdog watching = watchdog;
    Witness witnessing = witness;
    return new SchedulerFigures(
        "loops",
        eventLoops,
        driven.carriersAlive(),
        driven.spares(),
        driven.suspects().overstaying(),
        threads.get(),
        driven.slices(),
        watching == null ? 0 : watching.computingHandoffs(),
        watching == null ? 0 : watching.blockedHandoffs(),
        watching == null ? 0 : watching.demotions(),
        witnessing == null ? 0 : witnessing.falseAlarms(),
        driven.queued(),
        driven.suspects().waiting(),
        driven.longestStallNanos());
  }

  /** Who overstayed last and where; empty if nobody has. */
  String lastCulprit() {
    return witness == null ? "" : witness.lastCulprit();
  }

  /**
   * Makes no more threads, waits until those there are have ended, and ends the carriers.
   * Idempotent; whoever comes second waits as well. Threads that were made but never started are
   * not waited for, nor are the virtual threads that this scheduler's threads have started
   * themselves, once they wait for something: those still run, see {@link #close(Duration)}.
   *
   * <p>If the caller is interrupted the wait ends, as by {@link #close(Duration)}, and its
   * interrupt flag is set again.
   */
  @Override
  public void close() {
    close(ChronoUnit.FOREVER.getDuration());
  }

  /**
   * As {@link #close()}, but waits no longer than a given time. Threads that are left then are
   * still run, each piece by an OS thread made for it, but their native sockets are no longer
   * watched.
   *
   * @param patience how long to wait for the threads to end, not negative
   * @return whether all had ended
   */
  public boolean close(Duration patience) {
    closed = true;
    long start = System.nanoTime();
    boolean interrupted = Thread.interrupted();
    boolean ended = allEnded();
    while (!ended
        && !interrupted
        && Duration.ofNanos(System.nanoTime() - start).compareTo(patience) < 0) {
      LockSupport.parkNanos(this, 1_000_000);
      interrupted = Thread.interrupted();
      ended = allEnded();
    }
    if (stopped.compareAndSet(false, true)) {
      stop();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return ended;
  }

  /** Threads count from their first slice on: one that was started before is queued, or running. */
  private boolean allEnded() {
    return (loops == null || stopped.get() || loops.quiet()) && threads.get() == 0;
  }

  private void stop() {
    if (loops != null) {
      if (watchdog != null) {
        watchdog.end();
      }
      loops.stop();
      if (witness != null) {
        witness.interrupt();
      }
    }
    if (rescue != null) {
      rescue.close();
    }
    Beans.unregister(bean);
  }

  @Override
  public String toString() {
    return name + figures();
  }

  /** What a scheduler is made of. Not thread-safe. */
  public static final class Builder {
    private static final int OVERSTAYING_PER_LOOP = 32;

    String name = "";
    int eventLoops = Runtime.getRuntime().availableProcessors();
    Duration quantum = Duration.ofMillis(1);
    Demotion demotion = Demotion.IDLE;
    int spareCarriers = 8;
    double floor = 0.05;
    int maxOverstaying = OVERSTAYING_PER_LOOP * eventLoops;
    private boolean overstayingSet;
    boolean timeSharing = true;
    boolean ownLoops = true;
    boolean pinned;
    Supplier<Os> os = Os::current; // another one in tests

    private Builder() {}

    /**
     * Sets the name that carriers, figures and log lines bear.
     *
     * @param value the name; empty, the default, for {@code overtake-N}
     * @return this builder
     */
    public Builder name(String value) {
      name = value;
      return this;
    }

    /**
     * Sets the number of event loops.
     *
     * @param value from 1 to 1024; by default as many as there are processors
     * @return this builder
     */
    public Builder eventLoops(int value) {
      if (value < 1 || value > 1024) {
        throw new IllegalArgumentException("event loops must be from 1 to 1024: " + value);
      }
      eventLoops = value;
      if (!overstayingSet) {
        maxOverstaying = OVERSTAYING_PER_LOOP * value;
      }
      return this;
    }

    /**
     * Sets how much CPU time a slice may take before it overstays. Where nearly all slices are long
     * and most that overstay end soon, there is nobody to protect, and it may be four times as
     * much.
     *
     * @param value from 0 (every slice that a look finds running) to 10 s; 1 ms by default
     * @return this builder
     */
    public Builder quantum(Duration value) {
      if (value.isNegative() || value.compareTo(Duration.ofSeconds(10)) > 0) {
        throw new IllegalArgumentException("quantum must be from 0 to 10 s: " + value);
      }
      quantum = value;
      return this;
    }

    /**
     * Sets how far overstaying carriers are lowered.
     *
     * @param value {@link Demotion#IDLE} by default
     * @return this builder
     */
    public Builder demotion(Demotion value) {
      demotion = value;
      return this;
    }

    /**
     * Sets the share of the event loops' processors that overstaying slices are guaranteed, all of
     * them together: where they get less, loops rest for what is missing, three milliseconds at a
     * time.
     *
     * @param value from 0, no guarantee, to 0.5; 0.05 by default
     * @return this builder
     */
    public Builder floor(double value) {
      if (!(value >= 0 && value <= 0.5)) {
        throw new IllegalArgumentException("floor must be from 0 to 0.5: " + value);
      }
      floor = value;
      return this;
    }

    /**
     * Sets how many carriers are kept ready to take over a loop. They are made again when half of
     * them are used up, or while nothing is ready to run.
     *
     * @param value from 0 to 1024; 8 by default. At 0 a hand-off costs the making of a thread
     * @return this builder
     */
    public Builder spareCarriers(int value) {
      if (value < 0 || value > 1024) {
        throw new IllegalArgumentException("spare carriers must be from 0 to 1024: " + value);
      }
      spareCarriers = value;
      return this;
    }

    /**
     * Sets how many slices may overstay at a time before suspects wait: virtual threads that have
     * overstayed lately are then not started until a place is free. Others go on; should such a one
     * overstay as well, its loop is still handed off, until sixteen times this many overstay.
     *
     * @param value from 1 to 4096; by default 32 for each event loop
     * @return this builder
     */
    public Builder maxOverstaying(int value) {
      if (value < 1 || value > 4096) {
        throw new IllegalArgumentException("max overstaying must be from 1 to 4096: " + value);
      }
      maxOverstaying = value;
      overstayingSet = true;
      return this;
    }

    /**
     * Binds each event loop to a processor of its own, so that the system never lets two of them
     * wait for the same one while another is idle or runs an overstaying slice. That takes Linux,
     * and as many loops as there are processors for the process; elsewhere one line of the log says
     * why it is not done.
     *
     * <p>The price: a platform thread or process that a virtual thread starts inherits the one
     * processor. Choose it where pools and processes are started beforehand, by other threads, and
     * where no other program keeps some of the processors busy for long.
     *
     * @param value false by default
     * @return this builder
     */
    public Builder pinned(boolean value) {
      pinned = value;
      return this;
    }

    /**
     * Leaves the virtual threads to the JDK's scheduler, which is given more carriers while all are
     * occupied; protects less than event loops of one's own, and needs no flag.
     *
     * @return this builder
     */
    public Builder withoutEventLoops() {
      ownLoops = false;
      return this;
    }

    /**
     * Leaves the watchdog out: plain event loops, which one long slice each brings to a halt.
     *
     * @return this builder
     */
    public Builder withoutTimeSharing() {
      timeSharing = false;
      return this;
    }

    long quantumNanos() {
      return Math.max(1_000, quantum.toNanos());
    }

    int maxCarriers() {
      return 16 * maxOverstaying;
    }

    /**
     * Starts a scheduler.
     *
     * @return the running scheduler, to be closed by the caller
     * @throws UncheckedIOException if the system refuses the poller, for want of files for example
     */
    public Scheduler build() {
      return new Scheduler(this);
    }
  }
}
