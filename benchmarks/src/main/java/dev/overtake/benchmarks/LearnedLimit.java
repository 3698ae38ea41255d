// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.lab.ServerProcess;
import dev.overtake.load.ClosedMix;
import dev.overtake.load.CostMix;
import dev.overtake.load.OpenLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/** What is lost by finding out, instead of being told, which tasks should leave for a pool. */
final class LearnedLimit implements SideBySide<ClosedLoop.Setting> {
  private static final String POOL = ",processes:4";
  private static final String LEARNED = "overtake@learned" + POOL;
  private static final List<String> TOLD =
      Stream.concat(
              Stream.of("overtake"),
              Stream.of(20, 25, 30).map(limit -> "overtake@threshold:" + limit + POOL))
          .toList();

  private static final Duration YARDSTICK = Duration.ofMillis(1);

  @Override
  public String id() {
    return "learned";
  }

  @Override
  public String question() {
    return "How near to the best limit comes who learns which tasks are worth a trip?";
  }

  @Override
  public String method() {
    return "closed loop of n=%s, up to 15 µs of computing equally frequent, above it each with the same share of the time; %s"
        .formatted(CostMix.NUMBERS.toString().replaceAll("[\\[\\]]", ""), turnsInWords());
  }

  @Override
  public List<String> models() {
    return Stream.concat(Stream.of(LEARNED), TOLD.stream()).toList();
  }

  @Override
  public List<ClosedLoop.Setting> settings() {
    return List.of(new ClosedLoop.Setting(32));
  }

  @Override
  public List<Figure> columns() {
    return Trip.COLUMNS;
  }

  /** The dearest request takes a twentieth of it. */
  @Override
  public Duration turn() {
    return Duration.ofSeconds(1);
  }

  @Override
  public Duration settling() {
    return Duration.ofMillis(100);
  }

  @Override
  public Turns.Load load(Bench bench, ServerProcess server, ClosedLoop.Setting setting) {
    Bench.Request yardstick = bench.requestOf(YARDSTICK);
    List<OpenLoop.RequestClass> mix = CostMix.of(yardstick::secondsOf, Double.POSITIVE_INFINITY);
    return new ClosedTurns(length -> {
      ClosedMix.Run run =
          new ClosedMix(
                  new ClosedMix.Options(
                      Bench.target(server), mix, setting.connections(), Duration.ZERO, length))
              .run();
      Histogram all = new Histogram(3);
      run.classes().forEach(kind -> all.add(kind.latencies()));
      return new ClosedTurns.Result(
          all.getTotalCount(),
          run.requestsPerSecond(),
          all.getValueAtPercentile(50) / 1e3,
          all.getValueAtPercentile(99) / 1e3,
          run.health());
    });
  }

  @Override
  public List<Comparison> comparisons(Bench bench, Results results) {
    String at = settings().getFirst().toString();
    List<Comparison> comparisons = new ArrayList<>();
    for (String told : TOLD) {
      comparisons.add(
          Comparison.atLeast(
              0.95,
              "learned ÷ %s, requests/s".formatted(told),
              results.ratio(at, Figure.REQUESTS_PER_SECOND, LEARNED, told)));
    }
    return comparisons;
  }
}
