// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Sends requests at planned times whether or not earlier ones have been answered, as independent
 * users do, mixing classes of them.
 *
 * {@snippet :
 * var options = OpenLoop.Options.defaults(target, 10_000)
 *     .withMix(List.of(
 *         new OpenLoop.RequestClass("short", 1, 99.5), new OpenLoop.RequestClass("long", 27, 0.5)));
 * var run = new OpenLoop(options).run(LoadListener.NONE);
 * System.out.println(run.result().classes().getFirst().response().p99Micros());
 * }
 *
 * <p>A planned request takes an idle connection if there is one, the one idle for longest; else it
 * waits, in the order of planning, in the generator's queue for the next connection that becomes
 * idle. <em>Response time</em> counts from the planned time, so waiting for a connection is in it,
 * as a user would see it; <em>service time</em> counts from the moment of sending. The queue holds
 * a million; what is planned beyond that is dropped and counted.
 *
 * <p>What the end of the run finds unanswered, sent or queued, counts with its age if it is older
 * than the median of its class's answered ones.
 *
 * <p>One object may run several times, one run at a time.
 */
public final class OpenLoop {
  private static final int LARGEST_N = 1_000_000_000;

  private final Options options;

  /**
   * Creates the generator; nothing is connected before {@link #run}.
   *
   * @param options what to do
   */
  public OpenLoop(Options options) {
    this.options = options;
  }

  /**
   * Connects, warms up, measures, closes all connections. Blocks as long as {@code warmup} and
   * {@code duration}, plus up to 5 s for connecting; a server that stalls does not prolong it.
   *
   * @param listener told what happens, class by class, by the calling thread
   * @return what was measured
   * @throws TargetUnreachableException if not one connection could be opened
   * @throws IOException if this process may open no more sockets; all are closed
   * @throws InterruptedException if interrupted while waiting; the run is over, all is closed
   */
  public Run run(LoadListener listener) throws IOException, InterruptedException {
    return GeneratorThread.run(
        "open-loop-generator", thread -> OpenLoopSession.run(options, thread, listener));
  }

  /** When requests are planned. */
  public enum Arrivals {
    /** At equal distances. */
    FIXED,
    /** At exponentially distributed random distances, as from many independent users. */
    POISSON
  }

  /**
   * A kind of request.
   *
   * @param name what to call it in results
   * @param n what to ask for, 1 to a billion; a server of {@code fib} answers up to 92
   * @param weight its share of all requests is its weight ÷ the sum of the weights
   */
  public record RequestClass(String name, int n, double weight) {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range; the message has the value
     */
    public RequestClass {
      if (name.isBlank()) {
        throw new IllegalArgumentException("name must not be blank: name='" + name + "'");
      }
      Check.range("n", n, 1, LARGEST_N);
      if (!(weight > 0) || Double.isInfinite(weight)) {
        throw new IllegalArgumentException("weight must be above 0: weight=" + weight);
      }
    }
  }

  /**
   * What to do.
   *
   * @param target whom to ask
   * @param requestsPerSecond how many requests to plan, 0.1 to 1,000,000 per second
   * @param mix the kinds of request, 1 to 10, with different names
   * @param connections how many connections carry them, one request at a time each, 1 to 10000
   * @param arrivals when they are planned
   * @param seed decides the random distances and which request is of which class, so that variants
   *     can be given the same load
   * @param warmup how long before anything counts, 0 s to an hour
   * @param duration how long, 0.1 s to an hour
   */
  public record Options(
      Target target,
      double requestsPerSecond,
      List<RequestClass> mix,
      int connections,
      Arrivals arrivals,
      long seed,
      Duration warmup,
      Duration duration) {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range; the message has the value
     */
    public Options {
      if (!(requestsPerSecond >= 0.1 && requestsPerSecond <= 1e6)) {
        throw new IllegalArgumentException(
            "requestsPerSecond must be from 0.1 to 1000000: requestsPerSecond="
                + requestsPerSecond);
      }
      mix = List.copyOf(mix);
      Check.range("number of classes", mix.size(), 1, 10);
      if (mix.stream().map(RequestClass::name).distinct().count() < mix.size()) {
        throw new IllegalArgumentException("classes must have different names: mix=" + mix);
      }
      Check.range("connections", connections, 1, Check.MOST_CONNECTIONS);
      Check.duration("warmup", warmup, Duration.ZERO);
      Check.duration("duration", duration, Duration.ofMillis(100));
    }

    /**
     * Returns plain options: {@code n=1} only, Poisson arrivals with seed 1 over 64 connections, 1
     * s of warm-up, 10 s.
     *
     * @param target whom to ask
     * @param requestsPerSecond how many requests to plan
     * @return the options
     */
    public static Options defaults(Target target, double requestsPerSecond) {
      return new Options(
          target,
          requestsPerSecond,
          List.of(new RequestClass("short", 1, 1)),
          64,
          Arrivals.POISSON,
          1,
          Duration.ofSeconds(1),
          Duration.ofSeconds(10));
    }

    /**
     * Returns these options with another mix.
     *
     * @param mix the kinds of request
     * @return the options
     */
    public Options withMix(List<RequestClass> mix) {
      return new Options(
          target, requestsPerSecond, mix, connections, arrivals, seed, warmup, duration);
    }

    /**
     * Returns these options with another number of connections.
     *
     * @param connections how many
     * @return the options
     */
    public Options withConnections(int connections) {
      return new Options(
          target, requestsPerSecond, mix, connections, arrivals, seed, warmup, duration);
    }

    /**
     * Returns these options with other arrivals.
     *
     * @param arrivals when requests are planned
     * @param seed decides what is random
     * @return the options
     */
    public Options withArrivals(Arrivals arrivals, long seed) {
      return new Options(
          target, requestsPerSecond, mix, connections, arrivals, seed, warmup, duration);
    }

    /**
     * Returns these options with other times.
     *
     * @param warmup how long before anything counts
     * @param duration how long to measure
     * @return the options
     */
    public Options withTimes(Duration warmup, Duration duration) {
      return new Options(
          target, requestsPerSecond, mix, connections, arrivals, seed, warmup, duration);
    }
  }

  /**
   * The result as it is printed with {@code --json}.
   *
   * @param targetPerSecond how many requests per second were asked for
   * @param sentPerSecond how many left, per second of the measured time
   * @param answeredPerSecond how many were answered, per second of the measured time
   * @param seconds how long was measured
   * @param connections how many connections carried them
   * @param arrivals {@code fixed} or {@code poisson}
   * @param seed what decided the random choices
   * @param waitingForAnswer how many were sent and unanswered at the end
   * @param waitingForConnection how many were still in the generator's queue at the end
   * @param dropped how many found the generator's queue full
   * @param classes the classes' figures, in their order
   */
  public record Result(
      double targetPerSecond,
      double sentPerSecond,
      double answeredPerSecond,
      double seconds,
      int connections,
      String arrivals,
      long seed,
      long waitingForAnswer,
      long waitingForConnection,
      long dropped,
      List<ClassResult> classes) {}

  /**
   * One class's figures.
   *
   * @param name what it is called
   * @param n what it asked for
   * @param planned how many were planned within the measured time
   * @param answered how many were answered in it, including those planned while warming up, which
   *     count from the beginning of the measured time
   * @param failed how many of the planned ones were answered with nonsense, or lost with their
   *     connection; they are not sent again
   * @param response latencies from the planned time
   * @param service latencies from the moment of sending
   */
  public record ClassResult(
      String name,
      int n,
      long planned,
      long answered,
      long failed,
      LatencyFigures response,
      LatencyFigures service) {}

  /**
   * One class's histograms.
   *
   * @param name what it is called
   * @param response latencies from the planned time, in nanoseconds
   * @param service latencies from the moment of sending, in nanoseconds
   * @param intervals response times in pieces of 0.1 s, tagged with the class's name, and {@code
   *     warmup} before
   */
  public record ClassRun(
      String name, Histogram response, Histogram service, List<Interval> intervals) {}

  /**
   * Everything about one run.
   *
   * @param result the figures to print
   * @param startedAt when the measured time began
   * @param classes the histograms, in the order of the classes
   * @param failures what went wrong
   * @param health whether the generator kept up
   */
  public record Run(
      Result result,
      Instant startedAt,
      List<ClassRun> classes,
      Failures failures,
      GeneratorHealth health) {}
}
