// SPDX-License-Identifier: Apache-2.0
package dev.overtake.live;

import dev.overtake.lab.ServerFailure;
import dev.overtake.lab.ServerProcess;
import dev.overtake.lab.Stage;
import dev.overtake.load.HogCalibration;
import dev.overtake.load.SteadyLoad;
import dev.overtake.load.Target;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One model while it runs: its server, in a process of its own, and the load on it. A server that
 * ends is told of and started again, after a pause that grows with each failure.
 *
 * <p>Thread-safe. One thread, {@code act-NAME}, starts, waits and starts again; who wants something
 * else meanwhile interrupts it.
 */
final class Act implements AutoCloseable {
  /** What a viewer is told of it. */
  enum State {
    STARTING,
    RUNNING,
    ENDED
  }

  private static final Duration READY_WITHIN = Duration.ofSeconds(30);
  private static final long FIRST_PAUSE_MILLIS = 1_000;
  private static final long LONGEST_PAUSE_MILLIS = 30_000;
  private static final long LONG_ENOUGH_NANOS = 10_000_000_000L;
  static final Duration MOMENT = Duration.ofMillis(200);
  private static final int KEPT_MOMENTS = 50;

  private final Contestant contestant;
  private final Stage stage;
  private final HogLengths hogLengths;
  private final BiConsumer<Contestant, String> told;
  private final Consumer<Duration> generatorEnded;
  private final Thread thread;

  // What does not fit is dropped: nobody has asked for ten seconds.
  private final Queue<SteadyLoad.Moment> moments = new ArrayBlockingQueue<>(KEPT_MOMENTS);

  // All below are guarded by this.
  private Setup setup;
  private boolean closed;
  private State state = State.STARTING;
  private String note = "";
  private @Nullable ServerProcess server;
  private @Nullable SteadyLoad load;
  private HogCalibration.@Nullable Hog hog;
  private FiguresLine.@Nullable Figures figures;
  private Duration cpuBefore = Duration.ZERO;

  /**
   * Starts it.
   *
   * @param told in words what has happened to the server
   * @param generatorEnded told the CPU time of each load that has ended
   */
  Act(
      Contestant contestant,
      Setup setup,
      Stage stage,
      HogLengths hogLengths,
      BiConsumer<Contestant, String> told,
      Consumer<Duration> generatorEnded) {
    this.contestant = contestant;
    this.setup = setup;
    this.stage = stage;
    this.hogLengths = hogLengths;
    this.told = told;
    this.generatorEnded = generatorEnded;
    thread = Thread.ofPlatform().daemon().name("act-" + contestant.name()).start(this::run);
  }

  Contestant contestant() {
    return contestant;
  }

  synchronized State state() {
    return state;
  }

  /** More about the state; empty if there is nothing to say. */
  synchronized String note() {
    return note;
  }

  /** The number of the server's process; 0 if there is none. */
  synchronized long pid() {
    return server == null ? 0 : server.pid();
  }

  synchronized FiguresLine.@Nullable Figures figures() {
    return figures;
  }

  /** CPU time of the load that runs. */
  synchronized Duration generatorCpu() {
    return load == null ? Duration.ZERO : load.cpuTime();
  }

  /** What has been measured since the last call, in order. */
  List<SteadyLoad.Moment> takeMoments() {
    List<SteadyLoad.Moment> taken = new ArrayList<>();
    for (SteadyLoad.Moment moment; (moment = moments.poll()) != null; ) {
      taken.add(moment);
    }
    return taken;
  }

  /**
   * What the server costs; null if there is none.
   *
   * @param seconds since the last call
   */
  Frame.@Nullable Server cost(double seconds) {
    long pid = pid();
    if (pid == 0) {
      return null;
    }
    Footprint footprint = Footprint.of(pid, contestant.family());
    synchronized (this) {
      // Negative when a child has ended, or the server is another one.
      double used = Math.max(0, footprint.cpu().minus(cpuBefore).toNanos() / 1e9);
      cpuBefore = footprint.cpu();
      FiguresLine.Figures latest = figures;
      return new Frame.Server(
          footprint.threads(),
          footprint.residentBytes(),
          used / seconds,
          latest == null ? null : Long.valueOf(latest.handOffs()),
          latest == null ? null : Long.valueOf(latest.demotions()));
    }
  }

  /** Changes the load, and starts the server again if it must be told something else. */
  synchronized void become(Setup wanted) {
    Setup before = setup;
    setup = wanted;
    if (!contestant.command(before).equals(contestant.command(wanted))) {
      restart();
    } else if (load != null) {
      if (before.connections() != wanted.connections()) {
        load.connections(wanted.connections());
      }
      if (before.pace() != wanted.pace()) {
        load.beat(wanted.beat());
      }
      if (before.hogs() != wanted.hogs()) {
        setHogs(load);
      }
    }
  }

  /** Ends the server, if there is one, and starts it at once. */
  synchronized void restart() {
    thread.interrupt();
  }

  /** Begins to end the server and the load. */
  synchronized void end() {
    closed = true;
    thread.interrupt();
  }

  /** Ends the server and the load, and waits for that. Idempotent. */
  @Override
  public void close() {
    end();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true; // servers must not be left behind
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    int failures = 0;
    while (begin()) {
      long began = System.nanoTime();
      String why;
      try {
        why = perform();
      } catch (InterruptedException wantedAnew) {
        failures = 0;
        continue;
      } catch (ServerFailure | IOException e) {
        why = String.valueOf(e.getMessage());
      } finally {
        leave();
      }
      failures = System.nanoTime() - began > LONG_ENOUGH_NANOS ? 1 : failures + 1;
      long pause = Math.min(FIRST_PAUSE_MILLIS << Math.min(failures - 1, 10), LONGEST_PAUSE_MILLIS);
      say(State.ENDED, "%s; starting again in %d s".formatted(why, pause / 1_000));
      told.accept(contestant, why);
      try {
        Thread.sleep(pause);
      } catch (InterruptedException wantedAnew) {
        failures = 0;
      }
    }
  }

  /** Whether to start once more; what has been asked for so far is heeded by that. */
  private synchronized boolean begin() {
    boolean askedBefore = Thread.interrupted();
    if (!closed) {
      state = State.STARTING;
      note = askedBefore ? "starting anew" : "";
    }
    return !closed;
  }

  /** From the server's start to its end, which it returns in words. */
  private String perform() throws ServerFailure, IOException, InterruptedException {
    Setup first;
    synchronized (this) {
      first = setup;
    }
    try (ServerProcess started = stage.start(contestant.command(first), READY_WITHIN, this::hear)) {
      Target target =
          new Target(started.address().getAddress().getHostAddress(), started.address().getPort());
      HogCalibration.Hog length = hogLengths.of(contestant.language(), target);
      try (SteadyLoad ours = play(started, target, length)) {
        try {
          ProcessHandle process = ProcessHandle.of(started.pid()).orElse(null);
          if (process != null) {
            process.onExit().get();
          }
        } catch (ExecutionException e) {
          throw new IllegalStateException("waiting for an end does not fail", e);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt(); // so the server is given no grace
          throw e;
        } finally {
          generatorEnded.accept(ours.cpuTime());
        }
      }
      return ending(started);
    }
  }

  private synchronized SteadyLoad play(
      ServerProcess started, Target target, HogCalibration.Hog length) throws IOException {
    SteadyLoad begun =
        SteadyLoad.start(
            new SteadyLoad.Options(target, 1, setup.connections(), setup.beat(), MOMENT),
            moments::offer);
    server = started;
    load = begun;
    hog = length;
    cpuBefore = Footprint.of(started.pid(), contestant.family()).cpu();
    setHogs(begun);
    state = State.RUNNING;
    note = "";
    return begun;
  }

  private synchronized void leave() {
    server = null;
    load = null;
    figures = null;
  }

  private static String ending(ServerProcess ended) throws InterruptedException {
    String words = ended.lastWords();
    return ended.exitStatus().isPresent()
        ? "ended with status %d; its last words: %s".formatted(ended.exitStatus().getAsInt(), words)
        : "ended; its last words: " + words;
  }

  private synchronized void setHogs(SteadyLoad running) {
    HogCalibration.Hog length = hog;
    if (length != null) {
      running.hogs(setup.hogs(), HogLengths.n(length, setup.hogLength()));
    }
  }

  private void hear(String line) {
    FiguresLine.parse(line).ifPresent(this::keep);
  }

  private synchronized void keep(FiguresLine.Figures latest) {
    figures = latest;
  }

  private synchronized void say(State now, String words) {
    state = now;
    note = words;
  }
}
