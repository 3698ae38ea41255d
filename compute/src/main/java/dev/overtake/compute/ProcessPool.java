// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs serializable tasks in worker processes: JVMs of their own, with the classes of this one.
 *
 * {@snippet :
 * try (ProcessPool pool = ProcessPool.builder().workers(4).start()) {
 *   Future<Report> report = pool.submit(new YearReport(2026)); // a Serializable Callable
 *   report.get();
 * }
 * }
 *
 * <p>Thread-safe, for platform and virtual threads. Bounded: one task per worker runs, a stated
 * number of tasks and bytes wait, and the next one is rejected. Every task ends exactly once: with
 * its result or with one of the failures that {@link Trip} lists.
 *
 * <p><b>A worker that dies</b>, however, fails the task it ran with {@link WorkerDiedException}, is
 * replaced, and the queue goes on. No worker outlives this process, however that ends. Workers
 * leave Ctrl-C, SIGTERM and SIGHUP to this process.
 *
 * <p><b>What comes back</b> is read by the thread that asks for it, with the class loader of the
 * task, and only if it is of an admitted class: values and throwables of the JDK, and whatever is
 * on the class path, unless {@link Builder#admit} says less. The same holds for tasks in the
 * workers.
 *
 * <p>{@link #close()} is that of every executor: it waits for the tasks. {@link #shutdownNow()}
 * fails those that wait and interrupts those that run; a worker that does not heed this is killed.
 */
public final class ProcessPool extends AbstractExecutorService {
  private static final System.Logger log = System.getLogger(ProcessPool.class.getName());
  private static final Duration TIME_TO_START = Duration.ofSeconds(60);

  private final Crew crew;
  private final AtRest<FrameWriter> writers;

  private ProcessPool(PoolSettings settings) throws IOException {
    writers = new AtRest<>(() -> new FrameWriter(settings.frameLimit()));
    crew = new Crew(settings);
    crew.start(TIME_TO_START);
  }

  /**
   * Starts to describe a pool.
   *
   * @return a builder with the defaults that its methods name
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Submits a task with a kind, a hint and perhaps a deadline.
   *
   * @param <T> what comes out
   * @param task what to run; its work must be serializable
   * @return the task under way
   * @throws RejectedExecutionException if it is not taken: it can't be serialized, it is too large,
   *     the queue is full, no worker can be started, or the pool is closed; the message says which
   *     in one line
   */
  public <T extends @Nullable Object> Trip<T> submit(Task<T> task) {
    ProcessTrip<T> trip = trip(Frames.CALL, task, task.work(), null, _ -> {});
    crew.submit(trip);
    return trip;
  }

  @Override
  protected <T> RunnableFuture<T> newTaskFor(Callable<T> callable) {
    return trip(Frames.CALL, anonymous(callable, callable), callable, null, _ -> {});
  }

  @Override
  protected <T> RunnableFuture<T> newTaskFor(Runnable runnable, T value) {
    return trip(Frames.RUN, anonymous(runnable, () -> value), runnable, value, _ -> {});
  }

  private static <T extends @Nullable Object> Task<T> anonymous(Object work, Callable<T> callable) {
    return new Task<>(work.getClass().getName(), 0, callable);
  }

  /**
   * Runs a serializable runnable some time. What it throws goes to the log, in one line.
   *
   * @throws RejectedExecutionException as {@link #submit(Task)}
   */
  @Override
  public void execute(Runnable command) {
    if (command instanceof ProcessTrip<?> trip) {
      crew.submit(trip);
    } else {
      Task<Boolean> task = anonymous(command, () -> true);
      crew.submit(trip(Frames.RUN, task, command, true, this::logFailure));
    }
  }

  private void logFailure(ProcessTrip<?> trip) {
    String failure = trip.failureInOneLine();
    if (failure != null) {
      log.log(WARNING, () -> "%s: %s failed: %s".formatted(this, trip, failure));
    }
  }

  private <T extends @Nullable Object> ProcessTrip<T> trip(
      byte type,
      Task<T> task,
      Object work,
      @Nullable Object resultIfNone,
      Consumer<ProcessTrip<?>> ended) {
    return new ProcessTrip<>(crew, task, work, resultIfNone, encode(type, task, work), ended);
  }

  private byte[] encode(byte type, Task<?> task, Object work) {
    return RemoteTasks.pack(this, task, writers, writer -> writer.begin(type).object(work).end());
  }

  @Override
  public <T> T invokeAny(Collection<? extends Callable<T>> tasks)
      throws InterruptedException, ExecutionException {
    try {
      return any(tasks, Long.MAX_VALUE);
    } catch (TimeoutException e) {
      throw new AssertionError("for ever has passed", e);
    }
  }

  @Override
  public <T> T invokeAny(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    return any(tasks, unit.toNanos(timeout));
  }

  /** The inherited one would wrap tasks into something that can't be sent. */
  private <T> T any(Collection<? extends Callable<T>> tasks, long atMostNanos)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (tasks.isEmpty()) {
      throw new IllegalArgumentException("any of no tasks");
    }
    long begunNanos = System.nanoTime();
    BlockingQueue<ProcessTrip<?>> done = new LinkedBlockingQueue<>();
    List<ProcessTrip<T>> trips = new ArrayList<>();
    try {
      for (Callable<T> work : tasks) {
        ProcessTrip<T> trip = trip(Frames.CALL, anonymous(work, work), work, null, done::add);
        crew.submit(trip);
        trips.add(trip);
      }
      ExecutionException last = null;
      for (int left = trips.size(); left > 0; left--) {
        long leftNanos = atMostNanos - (System.nanoTime() - begunNanos);
        ProcessTrip<?> trip = done.poll(leftNanos, TimeUnit.NANOSECONDS);
        if (trip == null) {
          throw new TimeoutException("%s: none of %d tasks in time".formatted(this, trips.size()));
        }
        try {
          return trips.get(trips.indexOf(trip)).get();
        } catch (ExecutionException e) {
          last = e;
        }
      }
      throw Objects.requireNonNull(last);
    } finally {
      trips.forEach(trip -> trip.cancel(true));
    }
  }

  /**
   * Tells how the pool stands.
   *
   * @return a snapshot
   */
  public PoolFigures figures() {
    return crew.figures();
  }

  @Override
  public void shutdown() {
    crew.shutdown();
  }

  /**
   * {@inheritDoc}
   *
   * @return the tasks that waited; they have failed, so that nobody waits for them in vain
   */
  @Override
  public List<Runnable> shutdownNow() {
    return List.copyOf(crew.shutdownNow());
  }

  @Override
  public boolean isShutdown() {
    return crew.isShutdown();
  }

  @Override
  public boolean isTerminated() {
    return crew.isEnded();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return crew.awaitEnd(timeout, unit);
  }

  /** As {@link #shutdownNow()}, and waits for the end of it. */
  void endNow() {
    crew.shutdownNow();
    crew.awaitEnd();
  }

  /** Returns the processes of the workers. */
  List<Long> pids() {
    return crew.pids();
  }

  @Override
  public String toString() {
    return crew.toString();
  }

  /** Describes a pool; not thread-safe. */
  public static final class Builder {
    private static final int MOST_WORKERS = 256;
    private static final int MOST_TASK_BYTES = 1 << 30;

    private int workers = Runtime.getRuntime().availableProcessors();
    private int queueLimit = 1_000;
    private int taskBytes = 16 << 20;
    private long queuedBytes = 256 << 20;
    private Duration patience = Duration.ZERO;
    private Duration grace = Duration.ofSeconds(2);
    private int retries;
    private long recycleAfterTasks;
    private long recycleAboveBytes;
    private boolean lowersLongTasks = true;
    private List<String> jvmArguments = List.of();
    private List<Path> classPath = List.of();
    private List<String> admitted = List.of();
    private Path folder = Path.of(System.getProperty("java.io.tmpdir", "/tmp"));
    private @Nullable Path cache = usersCache();

    private Builder() {}

    private static @Nullable Path usersCache() {
      String common = System.getenv("XDG_CACHE_HOME");
      if (common != null && !common.isEmpty()) {
        return Path.of(common, "overtake");
      }
      String home = System.getProperty("user.home");
      return home == null ? null : Path.of(home, ".cache", "overtake");
    }

    /**
     * Sets how many worker processes there are.
     *
     * @param number from 1 to 256; by default as many as processors
     * @return this
     */
    public Builder workers(int number) {
      workers = (int) inRange("workers", number, 1, MOST_WORKERS);
      return this;
    }

    /**
     * Sets how many tasks may wait, and of how many bytes altogether. The next is rejected.
     *
     * @param tasks at least 1; by default 1000
     * @param bytes at least 1; by default 256 MiB
     * @return this
     */
    public Builder queue(int tasks, long bytes) {
      queueLimit = (int) inRange("tasks", tasks, 1, Integer.MAX_VALUE);
      queuedBytes = inRange("bytes", bytes, 1, Long.MAX_VALUE);
      return this;
    }

    /**
     * Sets how long a submitter waits for a place in a full queue before its task is rejected.
     *
     * @param longest zero, the default, means not at all
     * @return this
     */
    public Builder patience(Duration longest) {
      patience = notNegative("patience", longest);
      return this;
    }

    /**
     * Sets how large a task or a result may be when serialized.
     *
     * @param bytes from 1 to 2^30; by default 16 MiB
     * @return this
     */
    public Builder taskBytes(int bytes) {
      taskBytes = (int) inRange("taskBytes", bytes, 1, MOST_TASK_BYTES);
      return this;
    }

    /**
     * Sets how long a task may go on after it was interrupted before its worker is killed.
     *
     * @param longest by default 2 seconds
     * @return this
     */
    public Builder grace(Duration longest) {
      grace = notNegative("grace", longest);
      return this;
    }

    /**
     * Runs a task again whose worker died. It may then run several times, so this is for tasks
     * without effects.
     *
     * @param number of further attempts, at least 0; by default 0
     * @return this
     */
    public Builder retries(int number) {
      retries = (int) inRange("retries", number, 0, Integer.MAX_VALUE);
      return this;
    }

    /**
     * Replaces each worker after so many tasks, once its successor is ready.
     *
     * @param tasks at least 1; by default never
     * @return this
     */
    public Builder recycleAfter(long tasks) {
      recycleAfterTasks = inRange("tasks", tasks, 1, Long.MAX_VALUE);
      return this;
    }

    /**
     * Replaces a worker that occupies more memory, once its successor is ready. It is looked at
     * after a task, once a second at most.
     *
     * @param residentBytes at least 1; by default never
     * @return this
     * @throws UnsupportedOperationException if this system does not tell how much that is
     */
    public Builder recycleAbove(long residentBytes) {
      if (!ResidentMemory.isKnown()) {
        throw new UnsupportedOperationException(
            "recycleAbove: this system does not tell a process's memory; use recycleAfter");
      }
      recycleAboveBytes = inRange("residentBytes", residentBytes, 1, Long.MAX_VALUE);
      return this;
    }

    /**
     * Sets whether a task that has computed for ten milliseconds or two goes on with a tenth of the
     * weight of others (its nice value plus 10), so that short tasks, and whatever else this
     * machine does, go first. Linux only; elsewhere nothing is lowered. Processes that the task
     * starts inherit it.
     *
     * @param lowers by default true; false where tasks are long and nothing else is urgent
     * @return this
     */
    public Builder lowersLongTasks(boolean lowers) {
      lowersLongTasks = lowers;
      return this;
    }

    /**
     * Sets arguments for the workers' JVMs, after those that the pool gives itself: the serial
     * collector, a heap of this process's limit divided by the workers, an exit when out of memory.
     *
     * @param arguments for example {@code -Xmx1g}; where two disagree, the JVM takes the last
     * @return this
     */
    public Builder jvmArguments(String... arguments) {
      jvmArguments = List.of(arguments);
      return this;
    }

    /**
     * Adds to the workers' class path, which is otherwise that of this process.
     *
     * @param entries folders and jars
     * @return this
     */
    public Builder classPath(List<Path> entries) {
      classPath = List.copyOf(entries);
      return this;
    }

    /**
     * Narrows what may come out of a task's or a result's bytes: values and throwables of the JDK,
     * and of the class path only this. By default, all of the class path.
     *
     * @param names of packages, each with all below it, or of classes
     * @return this
     */
    public Builder admit(String... names) {
      admitted = List.of(names);
      return this;
    }

    /**
     * Sets where the pool makes a private folder for its socket and removes it at the end.
     *
     * @param parent an existing folder with a short name; by default that of temporary files
     * @return this
     */
    public Builder folder(Path parent) {
      folder = parent;
      return this;
    }

    /**
     * Sets where the classes of workers are kept, linked ahead of time, from one run to the next.
     *
     * @param keep a folder that nobody else may write to; made if it is missing. By default {@code
     *     overtake} in the user's folder of caches. Null for no cache
     * @return this
     */
    public Builder cache(@Nullable Path keep) {
      cache = keep;
      return this;
    }

    /**
     * Starts the workers, all at once, and waits until the first is ready.
     *
     * @return the pool, which its owner closes
     * @throws IOException if the socket is refused or no worker can be started; the message says in
     *     one line what and what to do, and nothing is left behind. Also if interrupted; the flag
     *     is set again
     */
    public ProcessPool start() throws IOException {
      return new ProcessPool(settings());
    }

    /**
     * Makes the cache of {@link #cache} for workers of this program, unless it is there already,
     * and waits for it, about two seconds. Without this the first pool does it, beside its work and
     * only if it lives long enough; an installer has the time.
     *
     * @throws IOException if there is no place for a private folder
     * @throws InterruptedException if interrupted; nothing is then left running
     */
    public void makeCache() throws IOException, InterruptedException {
      PoolSettings settings = settings();
      try (PrivateFolder around = PrivateFolder.in(settings.folder());
          AotCache made = AotCache.of(settings, WorkerCommand.options(settings))) {
        made.makeIfMissing(around.rehearsal());
        made.await();
      }
    }

    PoolSettings settings() {
      return new PoolSettings(
          workers,
          queueLimit,
          taskBytes,
          queuedBytes,
          patience,
          grace,
          retries,
          recycleAfterTasks,
          recycleAboveBytes,
          lowersLongTasks,
          jvmArguments,
          classPath,
          admitted,
          folder,
          cache);
    }

    private static long inRange(String name, long value, long least, long most) {
      if (value < least || value > most) {
        throw new IllegalArgumentException(
            "%s must be from %d to %d: %s=%d".formatted(name, least, most, name, value));
      }
      return value;
    }

    private static Duration notNegative(String name, Duration value) {
      if (value.isNegative()) {
        throw new IllegalArgumentException(name + " must not be negative: " + name + "=" + value);
      }
      return value;
    }
  }
}
