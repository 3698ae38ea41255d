// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.load.LoadListener;
import dev.overtake.load.OpenLoop;
import java.io.IOException;
import java.time.Duration;
import org.HdrHistogram.Histogram;

/**
 * An open loop of short and long requests in turns; its percentiles are those of all requests of
 * all turns. Not thread-safe.
 */
final class OpenTurns implements Turns.Load {
  private final OpenLoop.Options options;
  private final Histogram shorts = new Histogram(3);
  private final Histogram longs = new Histogram(3);
  private long seed;
  private long answered;
  private double seconds;

  /**
   * Nothing is sent yet.
   *
   * @param options the mix: the short requests, then the long ones
   */
  OpenTurns(OpenLoop.Options options) {
    this.options = options;
  }

  @Override
  public Turns.Turn run(Duration length) throws IOException, InterruptedException {
    seed++; // every turn has other arrivals, the same ones for every server
    OpenLoop.Run run =
        new OpenLoop(
                options.withTimes(Duration.ZERO, length).withArrivals(options.arrivals(), seed))
            .run(LoadListener.NONE);
    shorts.add(run.classes().getFirst().response());
    longs.add(run.classes().getLast().response());
    long requests = run.result().classes().stream().mapToLong(OpenLoop.ClassResult::answered).sum();
    answered += requests;
    seconds += run.result().seconds();
    return new Turns.Turn(requests, run.health());
  }

  @Override
  public Measurement figures(Measurement measurement) {
    return measurement
        .with(Figure.ANSWERED_PER_SECOND, answered / seconds)
        .with(Figure.SHORT_P50, millis(shorts, 50))
        .with(Figure.SHORT_P99, millis(shorts, 99))
        .with(Figure.SHORT_P999, millis(shorts, 99.9))
        .with(Figure.LONG_P50, millis(longs, 50))
        .with(Figure.LONG_P99, millis(longs, 99));
  }

  private static double millis(Histogram nanos, double percentile) {
    return nanos.getTotalCount() == 0 ? Double.NaN : nanos.getValueAtPercentile(percentile) / 1e6;
  }
}
