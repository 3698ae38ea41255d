// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.overtake.scheduler.SharedSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a number of processes that accept from one listening socket: a pre-forked server.
 *
 * {@snippet :
 * TcpServer.Builder server = TcpServer.builder(handler).port(7070);
 * try (Supervisor supervisor = Supervisor.builder(server, command).processes(4).start()) {
 *   supervisor.await();
 * }
 * }
 *
 * <p>This process listens and serves nobody; its standard input becomes the socket. Each child is
 * started by the command, calls {@link TcpServer.Builder#startOnInheritedSocket} and {@link
 * Heartbeat#start}, {@linkplain TcpServer#retire retires} on {@code SIGUSR1} and {@linkplain
 * TcpServer#stop stops} on {@code SIGTERM}. A connection is given to the child that has waited
 * longest in its accept; one that is busy, as its model understands it, does not wait there.
 *
 * <p>A child that dies is replaced: at once the first time, then after a pause that doubles up to
 * 10 s, and at once again when it has lived for 10 s. One that is not heard of for a while is told
 * in the log, and killed and replaced if that is asked for. If this process ends in whatever way
 * its children stop within half a second; only one that is itself suspended does so when it is
 * resumed.
 *
 * <p>Thread-safe. One at a time in a process, on Linux.
 */
public final class Supervisor implements AutoCloseable {
  private static final System.Logger log = System.getLogger(Supervisor.class.getName());

  /** More is a slip of the keyboard: each process is a JVM of its own. */
  private static final int MOST_PROCESSES = 256;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  /** A child that has lived so long was well started. */
  private static final Duration WELL = Duration.ofSeconds(10);

  /** A child that is silent for so long hangs, unless told otherwise. */
  private static final Duration SILENCE = Duration.ofSeconds(5);

  /** How long a child may take to end after its grace. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(3);

  private final List<String> command;
  private final Duration grace;
  private final @Nullable Duration replaceHung;
  private final SharedSocket socket;
  private final CountDownLatch stopped = new CountDownLatch(1);

  /** All processes not known to have ended: those in their places and those that retire. */
  private final Set<Child> living = ConcurrentHashMap.newKeySet();

  /* All that happens to children happens on this one thread, which nothing blocks. What follows
   * belongs to it. */
  private final ScheduledExecutorService thread;
  private final List<Place> places = new ArrayList<>();
  private boolean stopping;
  private boolean restarting;
  private long lookedNanos = System.nanoTime();

  private Supervisor(Builder builder, SharedSocket socket) {
    command = builder.command;
    grace = builder.server.grace();
    replaceHung = builder.replaceHung;
    this.socket = socket;
    thread =
        new ScheduledThreadPoolExecutor(
            1,
            Thread.ofPlatform()
                .daemon()
                .name("supervisor-" + socket.localAddress().getPort())
                .factory(),
            new ThreadPoolExecutor.DiscardPolicy()); // once stopped
  }

  /**
   * Starts to describe a supervisor.
   *
   * @param server where to listen, with which backlog and grace; what else it describes is up to
   *     the children
   * @param command the words that start a child
   * @return a builder for 2 processes
   */
  public static Builder builder(TcpServer.Builder server, List<String> command) {
    return new Builder(server, command);
  }

  /**
   * Returns where the children accept.
   *
   * @return the bound address
   */
  public InetSocketAddress address() {
    return socket.localAddress();
  }

  /**
   * Waits until all has been stopped.
   *
   * @throws InterruptedException if interrupted while waiting; the supervisor is as before
   */
  public void await() throws InterruptedException {
    stopped.await();
  }

  /**
   * Replaces the children one by one: a new one is started, and when it accepts the old one
   * {@linkplain TcpServer#retire retires}. Connections that wait to be accepted are not affected.
   * Returns at once; without effect while it is under way.
   */
  public void restart() {
    run(() -> {
      if (stopping || restarting) {
        log.log(WARNING, () -> this + ": restarting or stopping already");
        return;
      }
      log.log(INFO, () -> this + ": restarting the children one by one");
      restarting = true;
      restartFrom(0);
    });
  }

  /**
   * Stops all children as {@link TcpServer#stop} does, then kills those that are left, and waits
   * for the end of it. Idempotent: who comes second waits as well.
   */
  public void stop() {
    run(this::stopAll);
    boolean interrupted = false;
    while (true) {
      try {
        stopped.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
        killAll();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** As {@link #stop()}. */
  @Override
  public void close() {
    stop();
  }

  /** Kills all children, now. Does not wait; for the last moment of a process. */
  public void killAll() {
    living.forEach(Child::kill);
  }

  @Override
  public String toString() {
    return "supervisor " + TcpServer.name(address());
  }

  private void startAll(int processes) throws IOException, InterruptedException {
    try {
      List<Child> children = thread.submit(() -> spawnAll(processes)).get();
      for (Child child : children) {
        child.accepting().get();
      }
    } catch (ExecutionException e) {
      stop();
      throw new IOException(this + ": " + Objects.requireNonNull(e.getCause()).getMessage(), e);
    } catch (Throwable e) {
      stop();
      throw e;
    }
    long beat = Heartbeat.INTERVAL.toNanos();
    var _ = thread.scheduleWithFixedDelay(guarded(this::look), beat, beat, TimeUnit.NANOSECONDS);
  }

  private List<Child> spawnAll(int processes) throws IOException {
    for (int i = 0; i < processes; i++) {
      places.add(new Place(spawn(i)));
    }
    return places.stream().map(place -> place.child).toList();
  }

  private Child spawn(int place) throws IOException {
    Child child = Child.start(place, command, System.out);
    living.add(child);
    var _ = child.ended().thenAccept(ended -> run(() -> ended(ended)));
    return child;
  }

  private void ended(Child child) {
    living.remove(child);
    IOException why =
        new IOException("%s %s before it accepted anybody".formatted(child, child.end()));
    boolean everAccepted = !child.accepting().completeExceptionally(why);
    if (stopping) {
      finishIfNoneLives();
      return;
    }
    Place place = places.get(child.place());
    if (!place.child.equals(child)) {
      return; // it has retired, or was to succeed another one, which restartFrom() hears of
    }
    if (everAccepted || place.replacements > 0) { // otherwise startAll() tells of it
      refillLater(place, child + " " + child.end());
    }
  }

  private void refillLater(Place place, String why) {
    Duration pause = place.nextPause();
    log.log(
        WARNING, () -> "%s: %s; starting another in %d ms".formatted(this, why, pause.toMillis()));
    later(pause, () -> refill(place));
  }

  private void refill(Place place) {
    if (stopping || place.child.alive()) {
      return; // a restart has come first
    }
    try {
      place.child = spawn(place.child.place());
    } catch (IOException e) {
      refillLater(place, "a child cannot be started, " + e.getMessage());
    }
  }

  private void restartFrom(int index) {
    if (stopping || index == places.size()) {
      restarting = false;
      log.log(INFO, () -> this + ": restarted");
      return;
    }
    Place place = places.get(index);
    Child successor;
    try {
      successor = spawn(index);
    } catch (IOException e) {
      endRestart("a child cannot be started, " + e.getMessage());
      return;
    }
    var _ =
        successor
            .accepting()
            .whenComplete((_, failure) ->
                run(() -> {
                  if (failure != null) {
                    endRestart(String.valueOf(failure.getMessage()));
                  } else if (!stopping) {
                    succeed(place, successor);
                  }
                }));
  }

  private void succeed(Place place, Child successor) {
    Child old = place.child;
    place.child = successor;
    var _ = old.ended().thenRun(() -> run(() -> restartFrom(successor.place() + 1)));
    old.retire();
    later(grace.plus(grace).plus(LAST_WORDS), old::kill);
    if (!successor.alive()) {
      // That may have been told when it was not in its place yet. If not, refill() is told twice.
      refillLater(place, successor + " ended as soon as it was there");
    }
  }

  private void endRestart(String why) {
    restarting = false;
    if (!stopping) {
      log.log(
          WARNING, () -> "%s: restart given up, %s; the other children stay".formatted(this, why));
    }
  }

  private void look() {
    long now = System.nanoTime();
    // Who has been suspended itself has heard of nobody.
    boolean late = now - lookedNanos > 2 * Heartbeat.INTERVAL.toNanos();
    lookedNanos = now;
    for (Place place : places) {
      if (late) {
        place.child.forgiveSilence();
      }
      if (place.child.accepting().isDone() && place.child.alive()) {
        look(place);
      }
    }
  }

  private void look(Place place) {
    Child child = place.child;
    Duration patience = replaceHung == null ? SILENCE : replaceHung;
    boolean silent = child.silentNanos() > patience.toNanos();
    if (silent && !child.equals(place.reported)) {
      place.reported = child;
      log.log(
          WARNING,
          () ->
              "%s: %s has not been heard of for %.1f s; %s"
                  .formatted(
                      this,
                      child,
                      patience.toMillis() / 1e3,
                      replaceHung == null ? "look what holds it up" : "killing it"));
      if (replaceHung != null) {
        child.kill();
      }
    } else if (!silent) {
      place.reported = null;
    }
  }

  private void stopAll() {
    if (stopping) {
      return;
    }
    stopping = true;
    living.forEach(Child::stop);
    later(grace.plus(LAST_WORDS), this::killAll);
    finishIfNoneLives();
  }

  private void finishIfNoneLives() {
    if (!living.isEmpty()) {
      return;
    }
    try {
      socket.close();
    } catch (IOException e) {
      log.log(WARNING, () -> this + ": cannot stop listening: " + e.getMessage());
    }
    stopped.countDown();
    thread.shutdownNow();
  }

  private void run(Runnable step) {
    thread.execute(guarded(step));
  }

  private void later(Duration delay, Runnable step) {
    // convert() takes the longest there is where a grace is longer still.
    var _ =
        thread.schedule(guarded(step), TimeUnit.NANOSECONDS.convert(delay), TimeUnit.NANOSECONDS);
  }

  /** Whatever goes wrong with one child, the supervisor goes on. */
  private Runnable guarded(Runnable step) {
    return () -> {
      try {
        step.run();
      } catch (RuntimeException e) {
        log.log(WARNING, () -> this + ": " + Failures.oneLine(e));
      }
    };
  }

  /** Where one child is after another. Belongs to the supervisor's thread. */
  private static final class Place {
    private Child child;
    private @Nullable Child reported; // as silent
    private Duration pause = FIRST_PAUSE;
    private int replacements;

    Place(Child child) {
      this.child = child;
    }

    Duration nextPause() {
      if (child.hasLived(WELL)) {
        pause = FIRST_PAUSE;
      }
      Duration next = pause;
      Duration doubled = pause.multipliedBy(2);
      pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
      replacements++;
      return next;
    }
  }

  /** Describes a supervisor until {@link #start()}. Not thread-safe. */
  public static final class Builder {
    private final TcpServer.Builder server;
    private final List<String> command;
    private int processes = 2;
    private @Nullable Duration replaceHung;

    private Builder(TcpServer.Builder server, List<String> command) {
      this.server = Objects.requireNonNull(server, "server");
      this.command = List.copyOf(command);
    }

    /**
     * Chooses how many children there are; otherwise 2.
     *
     * @param processes from 1 to 256
     * @return this
     * @throws IllegalArgumentException if it is outside that range; nothing is changed
     */
    public Builder processes(int processes) {
      if (processes < 1 || processes > MOST_PROCESSES) {
        throw new IllegalArgumentException(
            "processes must be from 1 to %d: processes=%d".formatted(MOST_PROCESSES, processes));
      }
      this.processes = processes;
      return this;
    }

    /**
     * Kills and replaces children that are not heard of for so long; otherwise the log tells of
     * them after 5 s, and they are left alone.
     *
     * @param silence from 1 s, which is two heartbeats
     * @return this
     * @throws IllegalArgumentException if it is shorter; nothing is changed
     */
    public Builder replaceHung(Duration silence) {
      if (silence.compareTo(Heartbeat.INTERVAL.multipliedBy(2)) < 0) {
        throw new IllegalArgumentException(
            "replaceHung must be at least 1 s: replaceHung=%s s"
                .formatted(silence.toMillis() / 1e3));
      }
      replaceHung = silence;
      return this;
    }

    /**
     * Listens, starts the children and waits until all of them accept.
     *
     * @return the supervisor of running children
     * @throws UnsupportedOperationException if sockets can't be shared here
     * @throws IOException if the address can't be listened on, as for {@link
     *     TcpServer.Builder#start}, or a child can't be started or ends before it accepts; none is
     *     left then
     * @throws InterruptedException if interrupted while waiting; no child is left then
     */
    public Supervisor start() throws IOException, InterruptedException {
      Supervisor supervisor = new Supervisor(this, server.openSharedSocket());
      supervisor.startAll(processes);
      return supervisor;
    }
  }
}
