// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.lab.ServerProcess;
import dev.overtake.load.OpenLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Middling requests among short ones, on every connection, at rates that do not give way. */
record Hard(List<Integer> rates) implements SideBySide<Hard.Setting> {
  private static final Duration MIDDLING = Duration.ofMillis(8);
  private static final double SHORT_PERCENT = 99.5;
  private static final int CONNECTIONS = 64;
  private static final String PINNED = "overtake:pinned";

  @Override
  public String id() {
    return "hard";
  }

  @Override
  public String question() {
    return "How long do short requests wait when one in two hundred takes 8 ms, on any connection?";
  }

  @Override
  public String method() {
    return "open loop, Poisson arrivals, 64 connections, 99.5% n=1 and 0.5% of about 8 ms; latency"
        + " counts from the planned time; the same arrivals for all servers; "
        + turnsInWords();
  }

  @Override
  public List<String> models() {
    return List.of("overtake", PINNED, "threads", "virtual", "netty");
  }

  @Override
  public List<Setting> settings() {
    return rates.stream().map(Setting::new).toList();
  }

  @Override
  public List<Figure> columns() {
    return List.of(
        Figure.ANSWERED_PER_SECOND,
        Figure.SHORT_P50,
        Figure.SHORT_P99,
        Figure.SHORT_P999,
        Figure.LONG_P50,
        Figure.LONG_P99,
        Figure.SERVER_CORES,
        Figure.GENERATOR);
  }

  /** Long enough for a backlog to grow, where there is one. */
  @Override
  public Duration turn() {
    return Duration.ofSeconds(2);
  }

  @Override
  public Duration settling() {
    return Duration.ofMillis(50);
  }

  @Override
  public Turns.Load load(Bench bench, ServerProcess server, Setting setting) {
    return new OpenTurns(
        OpenLoop.Options.defaults(Bench.target(server), setting.rate)
            .withMix(
                List.of(
                    new OpenLoop.RequestClass("short", 1, SHORT_PERCENT),
                    new OpenLoop.RequestClass(
                        "long", bench.requestOf(MIDDLING).n(), 100 - SHORT_PERCENT)))
            .withConnections(CONNECTIONS));
  }

  @Override
  public List<Comparison> comparisons(Bench bench, Results results) {
    List<Comparison> comparisons = new ArrayList<>();
    for (Setting setting : settings()) {
      String at = setting.toString();
      for (String model : List.of("overtake", PINNED)) {
        comparisons.add(
            Comparison.atMost(
                setting.rate <= 10_000 ? 1.5 : 3,
                "%s, %s, short p99 ms".formatted(model, at),
                results.figure(at, Figure.SHORT_P99, model)));
        comparisons.add(
            Comparison.atMost(
                6,
                "%s, %s, short p99.9 ms".formatted(model, at),
                results.figure(at, Figure.SHORT_P999, model)));
      }
    }
    return comparisons;
  }

  record Setting(int rate) {
    @Override
    public String toString() {
      return "%,d/s".formatted(rate);
    }
  }
}
