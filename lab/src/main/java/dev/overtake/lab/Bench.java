// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.report.Origin;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What an experiment works with: variants to measure, servers to start, a pace to keep.
 *
 * <p>Not thread-safe: belongs to the thread that runs the experiments.
 */
final class Bench {
  private static final Duration READY_WITHIN = Duration.ofSeconds(60);

  private final Experiment experiment;
  private final LabOptions options;
  private final Schedule schedule;
  private final Requests requests;
  private final Seating seating;
  private final KeepAwake awake;
  private final ChildProcesses children;
  private final RunDirectory directory;
  private final List<Variant> variants;
  private final ProgressListener progress;

  Bench(
      Experiment experiment,
      LabOptions options,
      List<Variant> variants,
      Schedule schedule,
      Requests requests,
      Seating seating,
      KeepAwake awake,
      ChildProcesses children,
      RunDirectory directory,
      ProgressListener progress) {
    this.experiment = experiment;
    this.options = options;
    this.variants = List.copyOf(variants);
    this.schedule = schedule;
    this.requests = requests;
    this.seating = seating;
    this.awake = awake;
    this.children = children;
    this.directory = directory;
    this.progress = progress;
  }

  Effort effort() {
    return options.effort();
  }

  Placement placement() {
    return options.placement();
  }

  Seating seating() {
    return seating;
  }

  Requests requests() {
    return requests;
  }

  /** For measurements of long requests alone, whose cores do not sleep anyway. */
  KeepAwake.Pause withoutSpinners() {
    return awake.pause();
  }

  RunDirectory directory() {
    return directory;
  }

  /** The variants that the experiment concerns. */
  List<Variant> variants() {
    return variants;
  }

  /** What starts CPython; null if it is left out. */
  @Nullable String python() {
    return options.python();
  }

  /** Begins a planned step that no server is measured in. */
  void begin(String label) {
    schedule.begin(experiment.id() + ", " + label);
  }

  /** Shows what the present step sees. */
  void tell(String seen) {
    progress.detail(seen);
  }

  /** How long a load of this length lasts at the pace of this run. */
  Duration paced(Duration atFullPace) {
    return Duration.ofMillis((long) (atFullPace.toMillis() * schedule.pace()));
  }

  /** What a chart of this experiment prints beneath itself. */
  Origin origin() {
    return new Origin(directory.name(), command());
  }

  /** What to type to run this experiment alone. */
  String command() {
    return options.commandFor(experiment.id());
  }

  /**
   * Measures every variant this experiment concerns once a round, the variants taking turns, each
   * time with a fresh server. A server that fails costs its own measurement only.
   *
   * @throws IOException if a result cannot be written
   */
  <M> Trials<M> interleave(String label, Placement placement, Measurement<M> measurement)
      throws IOException, InterruptedException {
    return interleave(label, placement, variants, variant -> variant.serve("fib"), measurement);
  }

  /** As the other one, for these variants, started by these words. */
  <M> Trials<M> interleave(
      String label,
      Placement placement,
      List<Variant> variants,
      Function<Variant, List<String>> command,
      Measurement<M> measurement)
      throws IOException, InterruptedException {
    return interleave(label, placement, effort().rounds(), variants, command, measurement);
  }

  /** As the other one, with a number of rounds of its own. */
  <M> Trials<M> interleave(
      String label,
      Placement placement,
      int rounds,
      List<Variant> variants,
      Function<Variant, List<String>> command,
      Measurement<M> measurement)
      throws IOException, InterruptedException {
    Trials<M> trials = new Trials<>(variants);
    seating.seatGenerator(placement);
    for (int round = 1; round <= rounds; round++) {
      for (Variant variant : variants) {
        schedule.begin(
            "%s, %s, round %d of %d: %s"
                .formatted(experiment.id(), label, round, rounds, variant.name()));
        Trials.Row<M> row = trials.row(variant);
        if (!row.hopeless()) {
          measure(row, round, placement, command.apply(variant), measurement);
        }
      }
    }
    return trials;
  }

  private <M> void measure(
      Trials.Row<M> row,
      int round,
      Placement placement,
      List<String> command,
      Measurement<M> measurement)
      throws IOException, InterruptedException {
    try (ServerProcess server = startFor(row, placement, command)) {
      if (server != null) {
        boolean _ =
            attempt(
                row, round, server, () -> row.add(measurement.of(row.variant(), server, round)));
      }
    }
  }

  /**
   * Measures variants once a round with fresh servers, all of which are up at once: each is warmed
   * up, then they take turns, so that what is compared is seconds apart and not minutes. A server
   * that fails costs its own measurement only. Begins a step for each variant, then one for each
   * turn of all.
   *
   * @throws IOException if a result cannot be written
   */
  <T, M> Trials<M> sideBySide(
      String label,
      Placement placement,
      int rounds,
      List<Variant> variants,
      Function<Variant, List<String>> command,
      int turns,
      Turns<T, M> load)
      throws IOException, InterruptedException {
    Trials<M> trials = new Trials<>(variants);
    seating.seatGenerator(placement);
    for (int round = 1; round <= rounds; round++) {
      String step = "%s, round %d of %d: ".formatted(label, round, rounds);
      List<Contender<T, M>> up = new ArrayList<>();
      try {
        for (Variant variant : variants) {
          begin(step + "warming up " + variant.name());
          Trials.Row<M> row = trials.row(variant);
          ServerProcess server =
              row.hopeless() ? null : startFor(row, placement, command.apply(variant));
          if (server != null) {
            up.add(new Contender<>(row, server, new ArrayList<>()));
            goOn(up, up.getLast(), round, () -> load.warmUp(variant, server));
          }
        }
        for (int turn = 1; turn <= turns; turn++) {
          begin(step + "turn %d of %d".formatted(turn, turns));
          for (Contender<T, M> each : List.copyOf(up)) {
            goOn(up, each, round, () -> each.turns.add(load.turn(each.variant(), each.server)));
          }
        }
        for (Contender<T, M> each : List.copyOf(up)) {
          goOn(
              up,
              each,
              round,
              () -> each.row.add(load.sum(each.variant(), each.server, each.turns)));
        }
      } finally {
        up.forEach(each -> each.server.close());
      }
    }
    return trials;
  }

  /** One of several servers that are up, and what its turns have given. */
  private record Contender<T, M>(Trials.Row<M> row, ServerProcess server, List<T> turns) {
    Variant variant() {
      return row.variant();
    }
  }

  /** Whoever fails is out. */
  private <T, M> void goOn(
      List<Contender<T, M>> up, Contender<T, M> one, int round, Attempt attempt)
      throws IOException, InterruptedException {
    if (!attempt(one.row, round, one.server, attempt)) {
      up.remove(one);
      one.server.close();
    }
  }

  /** Null if it does not start; the row says why. */
  private @Nullable ServerProcess startFor(
      Trials.Row<?> row, Placement placement, List<String> command) throws InterruptedException {
    try {
      return start(placement, command);
    } catch (ServerFailure e) {
      stopIfEnding();
      row.neverStarts(e.why());
      progress.note("%s: %s; its row stays empty".formatted(row.variant().name(), e.why()));
      return null;
    }
  }

  private interface Attempt {
    void run() throws ServerFailure, IOException, InterruptedException;
  }

  /** False if the server failed; the row says why. */
  private boolean attempt(Trials.Row<?> row, int round, ServerProcess server, Attempt attempt)
      throws IOException, InterruptedException {
    try {
      attempt.run();
      return true;
    } catch (ServerFailure e) {
      stopIfEnding();
      String why = server.died() ? "it died; its last words: " + server.lastWords() : e.why();
      row.failed(why);
      progress.note("%s, round %d: %s".formatted(row.variant().name(), round, why));
      return false;
    }
  }

  /**
   * Starts a process beside the server that it needs; the caller closes it.
   *
   * @throws ServerFailure if it can't be started
   */
  ServerProcess start(Placement placement, List<String> command)
      throws ServerFailure, InterruptedException {
    return ServerProcess.start(children, seating.serverStarter(placement), command, READY_WITHIN);
  }

  /** A server that a signal to the lab has ended is no finding. */
  private void stopIfEnding() throws InterruptedException {
    if (children.ending()) {
      throw new InterruptedException("the lab is being stopped");
    }
  }

  /**
   * Measures one variant in one round.
   *
   * @param <M> what it gives
   */
  interface Measurement<M> {
    /**
     * Puts the server under load.
     *
     * @throws ServerFailure if the server does not do its part; it is this round's finding
     * @throws IOException if a result cannot be written; it ends the run
     */
    M of(Variant variant, ServerProcess server, int round)
        throws ServerFailure, IOException, InterruptedException;
  }

  /**
   * The load of servers that take turns. If the server does not do its part, each method throws a
   * {@link ServerFailure}, and that is this round's finding.
   *
   * @param <T> what a turn gives
   * @param <M> what all turns of a round give
   */
  interface Turns<T, M> {
    /** Puts a fresh server under load, and nothing of it counts. */
    void warmUp(Variant variant, ServerProcess server) throws ServerFailure, InterruptedException;

    /** One of several equally long turns. */
    T turn(Variant variant, ServerProcess server) throws ServerFailure, InterruptedException;

    /** After the last turn of all; may end the server. */
    M sum(Variant variant, ServerProcess server, List<T> turns)
        throws ServerFailure, InterruptedException;
  }
}
