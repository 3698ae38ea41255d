// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where servers are measured: cores for them and for the generator, spinners that keep the cores
 * awake, and processes of which none is left running.
 *
 * {@snippet :
 * try (Stage stage = Stage.open(Placement.SEPARATE);
 *     ServerProcess server = stage.start(command, Duration.ofSeconds(20))) {
 *   measure(server.address());
 * }
 * }
 *
 * <p>For whoever measures outside of the lab's own experiments. One at a time in a process, for it
 * moves all threads of this process to the generator's cores. Servers may be started by several
 * threads at a time; the rest is not thread-safe.
 */
public final class Stage implements AutoCloseable {
  private final Placement placement;
  private final Seating seating = new Seating();
  private final ChildProcesses children = new ChildProcesses();
  private KeepAwake awake;
  private final Machine machine;
  private final Optional<Disturbance.Reading> before;

  private Stage(Placement placement) {
    this.placement = placement;
    machine = Machine.here(seating.all().size(), null);
    seating.seatGenerator(placement);
    awake = KeepAwake.off(children);
    before = Disturbance.Reading.now();
  }

  /**
   * Seats this process.
   *
   * @param placement who gets which cores
   * @return to be closed by the caller
   */
  public static Stage open(Placement placement) {
    return new Stage(placement);
  }

  /**
   * Starts the spinners, unless they run already. Do without them where the load itself leaves no
   * core idle: beside a spinner a core does not count as free for a demoted thread.
   */
  public void keepAwake() {
    if (awake.spinners() == 0) {
      awake = KeepAwake.on(children, seating.all());
    }
  }

  /**
   * Starts a server on its cores and waits until it says that it listens: a line {@code listening
   * on HOST:PORT …} on its standard output.
   *
   * @param command the words that start it
   * @param readyWithin how long to wait
   * @return to be closed by the caller; closing the stage ends it as well
   * @throws ServerFailure if it cannot be started, ends before it listens, or does not listen in
   *     time; nothing is left running then
   * @throws InterruptedException if interrupted while waiting; nothing is left running then
   */
  public ServerProcess start(List<String> command, Duration readyWithin)
      throws ServerFailure, InterruptedException {
    return start(command, readyWithin, _ -> {});
  }

  /**
   * As {@link #start(List, Duration)}, and hears what the server says afterwards.
   *
   * @param command the words that start it
   * @param readyWithin how long to wait
   * @param later told each further line of its standard output, by a thread of the server's own
   * @return to be closed by the caller; closing the stage ends it as well
   * @throws ServerFailure as the other one
   * @throws InterruptedException as the other one
   */
  public ServerProcess start(List<String> command, Duration readyWithin, Consumer<String> later)
      throws ServerFailure, InterruptedException {
    return ServerProcess.start(
        children, seating.serverStarter(placement), command, readyWithin, later);
  }

  /**
   * Returns how many cores a server has.
   *
   * @return at least 1
   */
  public int serverCores() {
    return seating.serverCores(placement).size();
  }

  /**
   * Says who sits on which cores.
   *
   * @return a sentence
   */
  public String placementInWords() {
    return seating.describe(placement);
  }

  /**
   * Says what keeps the cores awake at present, or why nothing does.
   *
   * @return a sentence
   */
  public String spinnersInWords() {
    return awake.describe();
  }

  /**
   * Returns what this runs on.
   *
   * @return as it was when the stage was opened
   */
  public Machine machine() {
    return machine;
  }

  /** Ends all servers and spinners and lets this process use all its cores again. Idempotent. */
  @Override
  public void close() {
    try (seating;
        children) {
      awake.close();
    }
  }

  /**
   * Says what disturbed the measurements since the stage was opened; to be asked once it is closed,
   * when its own processes have ended and are accounted for.
   *
   * @return sentences; empty if the machine was ours alone
   */
  public List<String> disturbances() {
    return before
        .flatMap(first -> Disturbance.Reading.now().map(first::until))
        .orElse(Disturbance.UNKNOWN)
        .warnings(machine);
  }
}
