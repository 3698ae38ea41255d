// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The article's second client: short requests back to back over some connections, while long ones
 * (hogs) are switched on and off again. Phases: warm-up (recorded apart), calm, loaded, recovered;
 * with no hogs only warm-up and calm.
 *
 * {@snippet :
 * var options = Perf2.Options.defaults(new Target("127.0.0.1", 25000))
 *     .withConnections(32).withHogs(2, 45).withPhases(Duration.ofSeconds(5));
 * var run = new Perf2(options).run(LoadListener.NONE);
 * System.out.println(run.result().retention());
 * }
 *
 * <p>A closed loop: a connection's next request is meant to be sent the moment its last answer
 * came, and counts from then, even if the connection broke and must first be opened again. A
 * request that a phase's end finds unanswered counts in that phase with its age, if it is older
 * than the median of the answered ones, and in the next phase from that phase's beginning. Phases
 * end on time whatever the server does.
 *
 * <p>At the end of the loaded phase the hogs' connections are closed. Most servers do not notice
 * and compute the abandoned requests to their end, so the recovered phase may begin still loaded.
 *
 * <p>One object may run several times, one run at a time.
 */
public final class Perf2 {
  private final Options options;

  /**
   * Creates the client; nothing is connected before {@link #run}.
   *
   * @param options what to do
   */
  public Perf2(Options options) {
    this.options = options;
  }

  /**
   * Connects, goes through the phases, closes all connections. Blocks as long as the phases, plus
   * up to 5 s for connecting; a server that stalls does not prolong it.
   *
   * @param listener told what happens, by the calling thread; it cannot slow the generator down
   * @return what was measured
   * @throws TargetUnreachableException if not one connection could be opened
   * @throws IOException if this process may open no more sockets; all are closed
   * @throws InterruptedException if interrupted while waiting; the run is over, all is closed
   */
  public Run run(LoadListener listener) throws IOException, InterruptedException {
    return GeneratorThread.run(
        "perf2-generator", thread -> Perf2Session.run(options, thread, listener));
  }

  /**
   * What to do.
   *
   * @param target whom to ask
   * @param n the short request, 1 to 92
   * @param connections how many connections ask for it, 1 to 10000
   * @param hogs how many more connections ask for {@code hogN} while loaded, 0 to 10000
   * @param hogN the long request, 1 to 92; ignored if there are no hogs
   * @param warmup how long before anything counts, 0 s to an hour
   * @param calm how long without hogs, 0.1 s to an hour
   * @param loaded how long with hogs, 0.1 s to an hour; ignored if there are no hogs
   * @param recovered how long after the hogs, 0.1 s to an hour; ignored if there are no hogs
   * @param interval how finely the run is cut for {@link Run#intervals}, 0.01 s to 1 s, a whole
   *     number of times in a second
   */
  public record Options(
      Target target,
      int n,
      int connections,
      int hogs,
      int hogN,
      Duration warmup,
      Duration calm,
      Duration loaded,
      Duration recovered,
      Duration interval) {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range; the message has the value
     */
    public Options {
      Duration least = Duration.ofMillis(100);
      Check.n("n", n);
      Check.range("connections", connections, 1, Check.MOST_CONNECTIONS);
      Check.range("hogs", hogs, 0, Check.MOST_CONNECTIONS);
      if (hogs > 0) {
        Check.n("hogN", hogN);
        Check.duration("loaded", loaded, least);
        Check.duration("recovered", recovered, least);
      }
      Check.duration("warmup", warmup, Duration.ZERO);
      Check.duration("calm", calm, least);
      Check.interval(interval);
    }

    /**
     * Returns the options of the article's client: {@code n=1} over one connection, no hogs, 1 s of
     * warm-up, 10 s each phase, intervals of 0.1 s.
     *
     * @param target whom to ask
     * @return the options
     */
    public static Options defaults(Target target) {
      Duration phase = Duration.ofSeconds(10);
      return new Options(
          target, 1, 1, 0, 0, Duration.ofSeconds(1), phase, phase, phase, Duration.ofMillis(100));
    }

    /**
     * Returns these options with another short request.
     *
     * @param n the short request
     * @return the options
     */
    public Options withN(int n) {
      return new Options(
          target, n, connections, hogs, hogN, warmup, calm, loaded, recovered, interval);
    }

    /**
     * Returns these options with another number of connections.
     *
     * @param connections how many
     * @return the options
     */
    public Options withConnections(int connections) {
      return new Options(
          target, n, connections, hogs, hogN, warmup, calm, loaded, recovered, interval);
    }

    /**
     * Returns these options with other hogs.
     *
     * @param hogs how many
     * @param hogN what each asks for
     * @return the options
     */
    public Options withHogs(int hogs, int hogN) {
      return new Options(
          target, n, connections, hogs, hogN, warmup, calm, loaded, recovered, interval);
    }

    /**
     * Returns these options with all three measured phases of another length.
     *
     * @param phase the length of each
     * @return the options
     */
    public Options withPhases(Duration phase) {
      return new Options(target, n, connections, hogs, hogN, warmup, phase, phase, phase, interval);
    }

    /**
     * Returns these options with another warm-up.
     *
     * @param warmup how long
     * @return the options
     */
    public Options withWarmup(Duration warmup) {
      return new Options(
          target, n, connections, hogs, hogN, warmup, calm, loaded, recovered, interval);
    }
  }

  /**
   * The result as it is printed with {@code --json}.
   *
   * @param connections how many connections sent short requests
   * @param hogs how many more sent long ones while loaded
   * @param hogN the long request; null without hogs
   * @param calm the phase before the hogs
   * @param loaded the phase with the hogs; null without hogs
   * @param recovered the phase after them; null without hogs
   * @param retention loaded ÷ calm requests per second; null without hogs, or if nothing was
   *     answered while calm
   * @param perSecond the calm, loaded and recovered phases cut into seconds
   */
  public record Result(
      int connections,
      int hogs,
      @Nullable Integer hogN,
      Phase calm,
      @Nullable Phase loaded,
      @Nullable Phase recovered,
      @Nullable Double retention,
      List<Second> perSecond) {}

  /**
   * The short requests of one phase. Look at {@code requests} before believing a percentile: {@link
   * LatencyFigures#enoughFor}. If nothing was answered the latencies are the ages of what waited.
   *
   * @param requestsPerSecond answered ÷ the phase's length
   * @param p50Micros the median latency, in microseconds
   * @param p90Micros the 90th percentile
   * @param p99Micros the 99th percentile
   * @param p999Micros the 99.9th percentile
   * @param maxMicros the longest
   * @param longestStallMillis the longest time without a single answer, including the one in which
   *     the phase ended
   * @param requests how many were answered
   */
  public record Phase(
      double requestsPerSecond,
      double p50Micros,
      double p90Micros,
      double p99Micros,
      double p999Micros,
      double maxMicros,
      double longestStallMillis,
      long requests) {}

  /**
   * Everything about one phase.
   *
   * @param name {@code warmup}, {@code calm}, {@code loaded} or {@code recovered}
   * @param seconds how long it was
   * @param figures the figures to print
   * @param latencies in nanoseconds, with the unanswered ones that count
   * @param unanswered how many of the latencies are only ages, of requests without an answer when
   *     the phase was over
   * @param servedConnections how many connections got at least one answer
   * @param health whether the generator kept up
   */
  public record PhaseRun(
      String name,
      double seconds,
      Phase figures,
      Histogram latencies,
      long unanswered,
      int servedConnections,
      GeneratorHealth health) {}

  /**
   * What became of the hogs.
   *
   * @param answered how many long requests were answered while loaded
   * @param abandoned how many were waiting when the loaded phase ended; the server may go on
   *     computing them
   * @param latencies in nanoseconds, with the ages of the abandoned ones older than the median
   * @param failures what went wrong with their connections
   */
  public record HogRun(long answered, long abandoned, Histogram latencies, Failures failures) {}

  /**
   * Everything about one run.
   *
   * @param result the figures to print
   * @param startedAt when the first measured phase began
   * @param warmup the warm-up; null if it had no length
   * @param calm the phase before the hogs
   * @param loaded the phase with them; null without hogs
   * @param recovered the phase after them; null without hogs
   * @param hogRun what became of the hogs; null without
   * @param intervals the whole run, warm-up included, in short pieces; {@link LatencyLog} writes
   *     them to a file
   * @param failures what went wrong with the short requests
   * @param health whether the generator kept up; saturated if it was so in any measured phase
   */
  public record Run(
      Result result,
      Instant startedAt,
      @Nullable PhaseRun warmup,
      PhaseRun calm,
      @Nullable PhaseRun loaded,
      @Nullable PhaseRun recovered,
      @Nullable HogRun hogRun,
      List<Interval> intervals,
      Failures failures,
      GeneratorHealth health) {}
}
