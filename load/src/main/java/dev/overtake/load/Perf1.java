// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * The article's first client: a few clients ask for {@code n} again and again, each as soon as its
 * last answer has come (a closed loop), and every latency is told.
 *
 * {@snippet :
 * var run = new Perf1(new Perf1.Options(new Target("127.0.0.1", 25000), 30, 2, Duration.ofSeconds(10)))
 *     .run(sample -> System.out.println(sample.seconds()));
 * System.out.println(run.result().medianSeconds());
 * }
 *
 * <p>One object may run several times, one run at a time.
 */
public final class Perf1 {
  // Nobody is told the intervals; their ends are where the generator sees that it comes late.
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Options options;

  /**
   * Creates the client; nothing is connected before {@link #run}.
   *
   * @param options what to do
   */
  public Perf1(Options options) {
    this.options = options;
  }

  /**
   * Connects, asks until the time is over, closes all connections. Blocks as long as {@code
   * duration}, plus up to 5 s for connecting; a server that stalls does not prolong it.
   *
   * @param listener told each latency as it is measured, by the calling thread. It cannot slow the
   *     generator down: if it falls more than 10,000 samples behind it misses some, the result does
   *     not
   * @return what was measured
   * @throws TargetUnreachableException if not one connection could be opened
   * @throws IOException if this process may open no more sockets; all are closed
   * @throws InterruptedException if interrupted while waiting; the run is over, all is closed
   */
  public Run run(Consumer<Sample> listener) throws IOException, InterruptedException {
    return GeneratorThread.run("perf1-generator", thread -> generate(thread, listener));
  }

  private Run generate(GeneratorThread thread, Consumer<Sample> listener)
      throws IOException, InterruptedException {
    try (var wire = new Wire(options.target, Check.CONNECT_PATIENCE);
        var health = new HealthWatch()) {
      var recorder = new Recorder(wire, thread, listener);
      recorder.loop.connect();
      health.lap(); // connecting is not measured
      recorder.start(System.nanoTime());
      while (!recorder.timeline.isOver()) {
        long due = recorder.timeline.nextNanos();
        wire.poll(due);
        long now = System.nanoTime();
        health.cameLate(now - due);
        recorder.timeline.advance(now);
      }
      return recorder.run(HealthWatch.closedLoop(List.of(health.lap())));
    }
  }

  /**
   * What to do.
   *
   * @param target whom to ask
   * @param n what to ask for, 1 to 92
   * @param clients how many ask at the same time, each over a connection of its own, 1 to 10000
   * @param duration how long, 0.1 s to an hour
   */
  public record Options(Target target, int n, int clients, Duration duration) {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range; the message has the value
     */
    public Options {
      Check.n("n", n);
      Check.range("clients", clients, 1, Check.MOST_CONNECTIONS);
      Check.duration("duration", duration, Duration.ofMillis(100));
    }
  }

  /**
   * One answer.
   *
   * @param client who asked, from 1
   * @param number the how-many-eth answer of this client, from 1
   * @param atSeconds when it came, seconds after the start
   * @param seconds how long it took
   */
  public record Sample(int client, long number, double atSeconds, double seconds) {}

  /**
   * The result as it is printed with {@code --json}.
   *
   * <p>A request that is unanswered when the time is over counts with its age if it is older than
   * the median of the answered ones, so that a client who never gets an answer is seen in {@code
   * p99Seconds} and {@code maxSeconds}.
   *
   * @param n what was asked for
   * @param clients how many asked
   * @param samples how many answers came
   * @param minSeconds the shortest latency
   * @param medianSeconds the median
   * @param p99Seconds the 99th percentile
   * @param maxSeconds the longest
   */
  public record Result(
      int n,
      int clients,
      long samples,
      double minSeconds,
      double medianSeconds,
      double p99Seconds,
      double maxSeconds) {}

  /**
   * One client's share.
   *
   * @param client its number, from 1
   * @param answered how many answers it got
   * @param longestSeconds its longest wait, including the one that the end of the run cut short
   */
  public record ClientFigures(int client, long answered, double longestSeconds) {}

  /**
   * Everything about one run.
   *
   * @param result the figures to print
   * @param latencies in nanoseconds, with the unanswered ones that count
   * @param unanswered how many of the latencies are only ages, of requests without an answer when
   *     the time was over
   * @param perClient each client's share, in their order
   * @param failures what went wrong
   * @param health whether the generator kept up
   */
  public record Run(
      Result result,
      Histogram latencies,
      long unanswered,
      List<ClientFigures> perClient,
      Failures failures,
      GeneratorHealth health) {}

  /** One run while it lasts; belongs to the generator's thread. */
  private final class Recorder {
    private final GeneratorThread thread;
    private final Consumer<Sample> listener;
    private final ClosedLoop loop;
    private final Timeline timeline;
    private final long[] answered = new long[options.clients];
    private final long[] longestNanos = new long[options.clients];
    private long startNanos;

    Recorder(Wire wire, GeneratorThread thread, Consumer<Sample> listener) {
      this.thread = thread;
      this.listener = listener;
      this.loop = new ClosedLoop(wire, options.n, options.clients, this::answered);
      this.timeline =
          new Timeline(
              List.of(new Timeline.Plan("measured", options.duration.toNanos())),
              0,
              INTERVAL_NANOS,
              this::ended,
              LoadListener.NONE);
    }

    void start(long now) {
      startNanos = now;
      timeline.start(now);
      loop.start(now);
    }

    private void answered(Wire.Link link, long now, long since) {
      long latency = timeline.answered(now, since);
      if (timeline.isOver()) {
        return;
      }
      int client = link.index;
      long number = ++answered[client];
      longestNanos[client] = Math.max(longestNanos[client], latency);
      var sample = new Sample(client + 1, number, (now - startNanos) / 1e9, latency / 1e9);
      thread.tell(() -> listener.accept(sample));
    }

    private void ended(int phase, long end) {
      loop.forEachWaiting((client, since) -> {
        long age = timeline.inPhase(end, since);
        longestNanos[client] = Math.max(longestNanos[client], age);
        timeline.phase(phase).unanswered(age);
      });
    }

    Run run(GeneratorHealth health) {
      Timeline.Phase phase = timeline.phase(0);
      Histogram latencies = phase.latencies();
      var result =
          new Result(
              options.n,
              options.clients,
              phase.answered(),
              latencies.getMinValue() / 1e9,
              latencies.getValueAtPercentile(50) / 1e9,
              latencies.getValueAtPercentile(99) / 1e9,
              latencies.getMaxValue() / 1e9);
      var perClient = new ArrayList<ClientFigures>();
      for (int i = 0; i < options.clients; i++) {
        perClient.add(new ClientFigures(i + 1, answered[i], longestNanos[i] / 1e9));
      }
      return new Run(
          result,
          latencies,
          phase.countedUnanswered(),
          List.copyOf(perClient),
          loop.failures(),
          health);
    }
  }
}
