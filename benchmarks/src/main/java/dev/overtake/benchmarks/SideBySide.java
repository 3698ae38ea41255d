// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.lab.ServerFailure;
import dev.overtake.lab.ServerProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A benchmark whose servers are all up at once and take turns under load, because a machine that
 * others use changes from one half-minute to the next.
 *
 * @param <S> a setting
 */
interface SideBySide<S> extends Benchmark<S> {
  /**
   * How many times as long as planned each server is warmed up. A JVM goes on compiling for half a
   * minute of such load, and what its compilers use would count as the price of requests.
   */
  int WARMUPS = 8;

  /** About how long a turn lasts. */
  default Duration turn() {
    return Duration.ofMillis(500);
  }

  /** How long after a turn a server computes what was abandoned at its end. */
  default Duration settling() {
    return Duration.ZERO;
  }

  /** What is said of it in every such benchmark's method. */
  default String turnsInWords() {
    return "all servers are up and take turns of %s s, warming up as well, for %d times as long;"
            .formatted(Spread.show(turn().toMillis() / 1e3), WARMUPS)
        + " CPU time is the whole server process's, user and system";
  }

  /** Starts a server; it is ended when the turns are over. */
  default ServerProcess start(Bench bench, S setting, String model)
      throws ServerFailure, IOException, InterruptedException {
    return bench.start(model);
  }

  /** The load that a server gets in its turns. */
  Turns.Load load(Bench bench, ServerProcess server, S setting);

  /** The load that warms a server up. */
  default Turns.Load warmupLoad(Bench bench, ServerProcess server, S setting) {
    return load(bench, server, setting);
  }

  @Override
  default List<Figure> columns() {
    return List.of(
        Figure.REQUESTS_PER_SECOND,
        Figure.CPU_PER_REQUEST,
        Figure.SERVER_CORES,
        Figure.P50,
        Figure.P99,
        Figure.GENERATOR);
  }

  @Override
  default Duration expected(Bench bench) {
    return Bench.START_AND_STOP.plus(turns(bench));
  }

  /** How long one server is under load. */
  static Duration turns(Bench bench) {
    return warmup(bench).plus(bench.plan().phase());
  }

  private static Duration warmup(Bench bench) {
    return bench.plan().warmup().multipliedBy(WARMUPS);
  }

  @Override
  default void measure(Bench bench, S setting, List<String> models, Round round)
      throws InterruptedException {
    Map<String, Turns> up = new LinkedHashMap<>();
    try {
      for (String model : models) {
        round.begin(model);
        try {
          ServerProcess server = start(bench, setting, model);
          up.put(
              model,
              new Turns(server, warmupLoad(bench, server, setting), load(bench, server, setting)));
        } catch (ServerFailure | IOException e) {
          round.failed(model, e);
        }
      }
      takeTurns(up, warmup(bench), round, Turns::warmUp);
      takeTurns(up, bench.plan().phase(), round, Turns::measure);
      up.forEach((model, turns) -> round.measured(model, turns.measurement()));
    } finally {
      up.values().forEach(Turns::close);
    }
  }

  /** What a server's turn is for. */
  interface Turn {
    void take(Turns turns, Duration length) throws IOException, InterruptedException;
  }

  /** Gives each of the servers as many turns as fill a time; who fails is out. */
  private void takeTurns(Map<String, Turns> up, Duration time, Round round, Turn turn)
      throws InterruptedException {
    long turns = Math.max(1, Math.ceilDiv(time.toNanos(), turn().toNanos()));
    for (long i = 0; i < turns; i++) {
      for (var entry : List.copyOf(up.entrySet())) {
        try {
          turn.take(entry.getValue(), time.dividedBy(turns));
          Thread.sleep(settling());
        } catch (IOException e) {
          up.remove(entry.getKey());
          entry.getValue().close();
          round.failed(entry.getKey(), e);
        }
      }
    }
  }
}
