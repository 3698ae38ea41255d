// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.load.ClosedMix;
import dev.overtake.load.OpenLoop;
import dev.overtake.load.Target;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * Clients who send the shortest requests back to back, driven by one thread or by several.
 *
 * <p>A server that uses more than one core outruns a generator of one thread, and then the rate is
 * the generator's. Each thread drives its share of the clients, and all measure at the same time.
 *
 * @param target whom to ask
 * @param clients how many connections there are, at least one for each thread
 * @param threads how many threads drive them
 * @param warmup how long before anything counts
 * @param length how long
 */
record ShortClients(Target target, int clients, int threads, Duration warmup, Duration length) {
  private static final List<OpenLoop.RequestClass> SHORT =
      List.of(new OpenLoop.RequestClass("short", 1, 1));

  /**
   * Everything about one run, or about several turns of one.
   *
   * @param requestsPerSecond answered ÷ the length
   * @param latencies in nanoseconds, from the last answer on the same connection
   * @param failures how many requests or connections failed
   * @param saturated whether any of the threads was the limit
   */
  record Run(double requestsPerSecond, Histogram latencies, long failures, boolean saturated) {
    /** Takes equally long turns for one run: the mean of their rates, the sum of all else. */
    static Run of(List<Run> turns) {
      return new Run(
          turns.stream().mapToDouble(Run::requestsPerSecond).average().orElseThrow(),
          sum(turns.stream().map(Run::latencies)),
          turns.stream().mapToLong(Run::failures).sum(),
          turns.stream().anyMatch(Run::saturated));
    }
  }

  private static Histogram sum(Stream<Histogram> parts) {
    Histogram sum = new Histogram(3);
    parts.forEach(sum::add);
    return sum;
  }

  /**
   * Connects, warms up, measures, closes all connections.
   *
   * @throws IOException if not one connection could be opened
   * @throws InterruptedException if interrupted while waiting; the run is over, all is closed
   */
  Run run() throws IOException, InterruptedException {
    List<Callable<ClosedMix.Run>> shares = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      int share = clients / threads + (i < clients % threads ? 1 : 0);
      var options = new ClosedMix.Options(target, SHORT, share, warmup, length);
      shares.add(() -> new ClosedMix(options).run());
    }
    List<ClosedMix.Run> runs = new ArrayList<>();
    try (ExecutorService each = Executors.newFixedThreadPool(threads)) {
      for (Future<ClosedMix.Run> run : each.invokeAll(shares)) {
        runs.add(run.get());
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException reason) {
        throw new IOException(reason.getMessage(), reason);
      }
      throw new IllegalStateException("a generator fails by its connections only", e);
    }
    return together(runs);
  }

  private static Run together(List<ClosedMix.Run> runs) {
    return new Run(
        runs.stream().mapToDouble(ClosedMix.Run::requestsPerSecond).sum(),
        sum(runs.stream().map(run -> run.classes().getFirst().latencies())),
        runs.stream().mapToLong(run -> run.failures().total()).sum(),
        runs.stream().anyMatch(run -> run.health().saturated()));
  }
}
