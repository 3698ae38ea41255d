// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import static java.util.Objects.requireNonNull;

import dev.overtake.lab.ServerFailure;
import dev.overtake.lab.ServerProcess;
import dev.overtake.load.Perf2;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Long requests are slowed, not starved. */
final class LongRequests implements OneByOne<LongRequests.Setting> {
  private static final Duration LONG = Duration.ofMillis(100);
  private static final int HOGS = 8;
  private static final int CONNECTIONS = 32;

  /** The scheduler's default floor: the share of the loops' processors that hogs are guaranteed. */
  private static final double FLOOR = 0.05;

  @Override
  public String id() {
    return "long";
  }

  @Override
  public String question() {
    return "How much longer do long requests take beside short ones that would use all there is?";
  }

  @Override
  public String method() {
    return "8 clients ask for about 100 ms of computing, again and again, beside a closed loop of n=1"
        + " over 32 connections; the slowest of all, unanswered ones at their age included, ÷ the"
        + " median of the same request alone on the same server. The loaded phase lasts four times"
        + " as long as in other benchmarks";
  }

  @Override
  public List<String> models() {
    return List.of("overtake", "overtake:floor-0", "threads", "virtual", "fallback");
  }

  @Override
  public List<Setting> settings() {
    return List.of(new Setting());
  }

  @Override
  public List<Figure> columns() {
    return List.of(
        Figure.ALONE,
        Figure.LONG_P50,
        Figure.SLOWEST,
        Figure.SLOWDOWN,
        Figure.ANSWERED_HOGS,
        Figure.RETENTION,
        Figure.LOADED_P99,
        Figure.GENERATOR);
  }

  @Override
  public Duration expected(Bench bench) {
    return Bench.START_AND_STOP
        .plus(bench.plan().warmup().multipliedBy(3))
        .plus(bench.plan().phase())
        .plus(loaded(bench));
  }

  private static Duration loaded(Bench bench) {
    return bench.plan().phase().multipliedBy(4);
  }

  @Override
  public Measurement measure(Bench bench, Setting setting, String model)
      throws ServerFailure, IOException, InterruptedException {
    Bench.Request hog = bench.requestOf(LONG);
    try (ServerProcess server = bench.start(model)) {
      double aloneMillis = Bench.aloneSeconds(server, hog.n(), bench.plan().warmup()) * 1e3;
      Perf2.Run run =
          bench.loadBesideHogs(
              server, CONNECTIONS, HOGS, hog.n(), bench.plan().phase(), loaded(bench));
      Perf2.HogRun hogs = requireNonNull(run.hogRun());
      double slowestMillis = hogs.latencies().getMaxValue() / 1e6;
      return Interference.figures(run)
          .with(Figure.ALONE, aloneMillis)
          .with(Figure.LONG_P50, hogs.latencies().getValueAtPercentile(50) / 1e6)
          .with(Figure.SLOWEST, slowestMillis)
          .with(Figure.SLOWDOWN, slowestMillis / aloneMillis)
          .with(Figure.ANSWERED_HOGS, (double) hogs.answered());
    }
  }

  @Override
  public List<Comparison> comparisons(Bench bench, Results results) {
    return List.of(
        Comparison.atMost(
            HOGS / (FLOOR * bench.serverCores()),
            "overtake, slowest ÷ alone (8 hogs share a floor of 5% of the cores)",
            results.figure(settings().getFirst().toString(), Figure.SLOWDOWN, "overtake")));
  }

  record Setting() {
    @Override
    public String toString() {
      return "32 connections, 8 hogs of 100 ms";
    }
  }
}
