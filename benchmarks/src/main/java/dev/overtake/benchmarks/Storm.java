// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.lab.ServerFailure;
import dev.overtake.lab.ServerProcess;
import dev.overtake.load.LoadListener;
import dev.overtake.load.OpenLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** When every request is a long one and there are more than can be served. */
final class Storm implements OneByOne<Storm.Setting> {
  private static final Duration REQUEST = Duration.ofMillis(5);
  private static final double OVERLOAD = 1.2;
  private static final int CONNECTIONS = 64;
  private static final String POOL = "netty-pool";

  @Override
  public String id() {
    return "storm";
  }

  @Override
  public String question() {
    return "What does time sharing cost where there is nothing to win: all requests long, overload?";
  }

  @Override
  public String method() {
    return "open loop, Poisson arrivals at 120% of what the server's cores can compute, every request"
        + " about 5 ms, 64 connections. Efficiency is answers/s × the request's time alone on the"
        + " same server ÷ cores: it leaves out how well the compiler happened to do. netty-pool is"
        + " a fixed pool of platform threads, one a core, behind event loops";
  }

  @Override
  public List<String> models() {
    return List.of("overtake", POOL, "pool:64", "virtual", "netty");
  }

  @Override
  public List<Setting> settings() {
    return List.of(new Setting());
  }

  @Override
  public List<Figure> columns() {
    return List.of(
        Figure.PLANNED_PER_SECOND,
        Figure.ANSWERED_PER_SECOND,
        Figure.ALONE,
        Figure.EFFICIENCY,
        Figure.CPU_PER_REQUEST,
        Figure.SERVER_CORES,
        Figure.LONG_P50,
        Figure.LONG_P99,
        Figure.GENERATOR);
  }

  @Override
  public Duration expected(Bench bench) {
    return Bench.START_AND_STOP
        .plus(bench.plan().warmup().multipliedBy(2))
        .plus(bench.plan().phase());
  }

  @Override
  public Measurement measure(Bench bench, Setting setting, String model)
      throws ServerFailure, IOException, InterruptedException {
    Bench.Request request = bench.requestOf(REQUEST);
    double planned = OVERLOAD * bench.serverCores() / request.seconds();
    try (ServerProcess server = bench.start(model)) {
      double alone = Bench.aloneSeconds(server, request.n(), bench.plan().warmup());
      OpenLoop.Options load =
          OpenLoop.Options.defaults(Bench.target(server), planned)
              .withMix(List.of(new OpenLoop.RequestClass("long", request.n(), 1)))
              .withConnections(CONNECTIONS);
      new OpenLoop(load.withTimes(Duration.ZERO, bench.plan().warmup())).run(LoadListener.NONE);
      Stopwatch cpu = Stopwatch.start(server);
      OpenLoop.Run run =
          new OpenLoop(load.withTimes(Duration.ZERO, bench.plan().phase())).run(LoadListener.NONE);
      OpenLoop.ClassResult answers = run.result().classes().getFirst();
      double answeredPerSecond = run.result().answeredPerSecond();
      return cpu.stop(answers.answered())
          .with(run.health())
          .with(Figure.PLANNED_PER_SECOND, planned)
          .with(Figure.ANSWERED_PER_SECOND, answeredPerSecond)
          .with(Figure.ALONE, alone * 1e3)
          .with(Figure.EFFICIENCY, answeredPerSecond * alone / bench.serverCores())
          .with(Figure.LONG_P50, answers.response().p50Micros() / 1e3)
          .with(Figure.LONG_P99, answers.response().p99Micros() / 1e3);
    }
  }

  @Override
  public List<Comparison> comparisons(Bench bench, Results results) {
    String at = settings().getFirst().toString();
    List<Comparison> comparisons = new ArrayList<>();
    for (String pool : List.of(POOL, "pool:64")) {
      comparisons.add(
          Comparison.atLeast(
              0.95,
              "overtake ÷ %s, answers/s".formatted(pool),
              results.ratio(at, Figure.ANSWERED_PER_SECOND, "overtake", pool)));
      comparisons.add(
          Comparison.plain(
              "overtake ÷ %s, efficiency".formatted(pool),
              results.ratio(at, Figure.EFFICIENCY, "overtake", pool)));
    }
    return comparisons;
  }

  record Setting() {
    @Override
    public String toString() {
      return "120% of capacity";
    }
  }
}
