// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.load.ClosedMix;
import dev.overtake.load.LatencyFigures;
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
   * The result as it is printed with {@code --json}.
   *
   * @param connections how many clients there were
   * @param generatorThreads how many threads drove them
   * @param requestsPerSecond answered ÷ the length
   * @param latency from the last answer on the same connection
   */
  record Result(
      int connections, int generatorThreads, double requestsPerSecond, LatencyFigures latency) {}

  /**
   * Everything about one run.
   *
   * @param result the figures to print
   * @param failures how many requests or connections failed
   * @param saturated whether any of the threads was the limit
   */
  record Run(Result result, long failures, boolean saturated) {}

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

  private Run together(List<ClosedMix.Run> runs) {
    Histogram latencies = new Histogram(3);
    runs.forEach(run -> latencies.add(run.classes().getFirst().latencies()));
    return new Run(
        new Result(
            clients,
            threads,
            runs.stream().mapToDouble(ClosedMix.Run::requestsPerSecond).sum(),
            LatencyFigures.of(latencies)),
        runs.stream().mapToLong(run -> run.failures().total()).sum(),
        runs.stream().anyMatch(run -> run.health().saturated()));
  }
}
