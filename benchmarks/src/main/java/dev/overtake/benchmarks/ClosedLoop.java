// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.lab.ServerProcess;
import dev.overtake.load.Perf2;

/** What short requests cost when nothing else is asked for. */
abstract sealed class ClosedLoop implements SideBySide<ClosedLoop.Setting>
    permits Calm, Layer, Trip {
  /** Those of a setting may be too few to have everything compiled in time. */
  private static final int CONNECTIONS_TO_WARM_UP = 32;

  @Override
  public String method() {
    return "closed loop of n=1; %s; warmed up by %d connections"
        .formatted(turnsInWords(), CONNECTIONS_TO_WARM_UP);
  }

  @Override
  public Turns.Load load(Bench bench, ServerProcess server, Setting setting) {
    return load(server, setting.connections);
  }

  @Override
  public Turns.Load warmupLoad(Bench bench, ServerProcess server, Setting setting) {
    return load(server, CONNECTIONS_TO_WARM_UP);
  }

  private static Turns.Load load(ServerProcess server, int connections) {
    return new ClosedTurns(length -> {
      Perf2.Run run = Bench.shortLoad(server, connections, length);
      Perf2.Phase calm = run.result().calm();
      return new ClosedTurns.Result(
          calm.requests(),
          calm.requestsPerSecond(),
          calm.p50Micros(),
          calm.p99Micros(),
          run.health());
    });
  }

  record Setting(int connections) {
    @Override
    public String toString() {
      return connections == 1 ? "1 connection" : connections + " connections";
    }
  }
}
