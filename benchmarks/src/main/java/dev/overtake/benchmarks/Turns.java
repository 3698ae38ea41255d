// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.lab.ServerProcess;
import dev.overtake.load.GeneratorHealth;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** One server's turns under load, and what they add up to. Not thread-safe. */
final class Turns implements AutoCloseable {
  private final ServerProcess server;
  private final Load warmup;
  private final Load load;
  private final Stopwatch cpu;
  private final List<Turn> turns = new ArrayList<>();
  private int limited; // turns in which the generator was the limit
  private @Nullable String limit;

  /** A load that a server is put under again and again. */
  interface Load {
    /** For so long. */
    Turn run(Duration length) throws IOException, InterruptedException;

    /** Adds what came of all turns so far. */
    Measurement figures(Measurement measurement);
  }

  /** How many requests one turn had answered, and how the generator was. */
  record Turn(long requests, GeneratorHealth health) {}

  Turns(ServerProcess server, Load warmup, Load load) {
    this.server = server;
    this.warmup = warmup;
    this.load = load;
    this.cpu = new Stopwatch(server);
  }

  void warmUp(Duration length) throws IOException, InterruptedException {
    warmup.run(length);
  }

  void measure(Duration length) throws IOException, InterruptedException {
    cpu.resume();
    Turn turn = load.run(length);
    cpu.pause();
    turns.add(turn);
    if (turn.health.saturated()) {
      limited++;
      limit = turn.health.verdict();
    }
  }

  Measurement measurement() {
    long requests = turns.stream().mapToLong(Turn::requests).sum();
    Measurement measurement =
        load.figures(cpu.measurement(requests))
            .with(Figure.GENERATOR, median(turns, turn -> turn.health.cpuShare()));
    String verdict = limit;
    if (verdict != null && 2 * limited > turns.size()) {
      measurement.limitedBy("in %d of %d turns: %s".formatted(limited, turns.size(), verdict));
    }
    return measurement;
  }

  /** The median over turns. */
  static <T> double median(List<T> turns, ToDoubleFunction<T> figure) {
    return Spread.of(turns.stream().mapToDouble(figure).boxed().toList()).median();
  }

  @Override
  public void close() {
    server.close();
  }
}
