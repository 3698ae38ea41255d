// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Clients who ask for one thing after the other, dear and cheap ones mixed: each sends its next
 * request as soon as it has the answer to its last.
 *
 * {@snippet :
 * var mix = List.of(
 *     new OpenLoop.RequestClass("cheap", 1, 99), new OpenLoop.RequestClass("dear", 30, 1));
 * var options = new ClosedMix.Options(
 *     target, mix, 32, Duration.ofSeconds(1), Duration.ofSeconds(5));
 * System.out.println(new ClosedMix(options).run().requestsPerSecond());
 * }
 *
 * <p>Requests are dealt out evenly by their weights, not at random: else a run's rate would tell
 * how many of the dearest it happened to have. What the end of the run finds unanswered does not
 * count; a request whose connection breaks is lost, and another one leaves when it is open again.
 *
 * <p>One object may run several times, one run at a time.
 */
public final class ClosedMix {
  private final Options options;

  /**
   * Creates the clients; nothing is connected before {@link #run}.
   *
   * @param options what to do
   */
  public ClosedMix(Options options) {
    this.options = options;
  }

  /**
   * Connects, warms up, measures, closes all connections. Blocks as long as {@code warmup} and
   * {@code duration}, plus up to 5 s for connecting; a server that stalls does not prolong it.
   *
   * @return what was measured
   * @throws TargetUnreachableException if not one connection could be opened
   * @throws IOException if this process may open no more sockets; all are closed
   * @throws InterruptedException if interrupted while waiting; the run is over, all is closed
   */
  public Run run() throws IOException, InterruptedException {
    return GeneratorThread.run("closed-mix-generator", _ -> runHere());
  }

  private Run runHere() throws IOException, InterruptedException {
    try (var wire = new Wire(options.target(), Check.CONNECT_PATIENCE);
        var health = new HealthWatch()) {
      return new Session(wire, health).run();
    }
  }

  /**
   * What to do.
   *
   * @param target whom to ask
   * @param mix the kinds of request, at least one
   * @param connections how many clients there are, 1 to 10000
   * @param warmup how long before anything counts, 0 s to an hour
   * @param duration how long, 0.1 s to an hour
   */
  public record Options(
      Target target,
      List<OpenLoop.RequestClass> mix,
      int connections,
      Duration warmup,
      Duration duration) {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range; the message has the value
     */
    public Options {
      mix = List.copyOf(mix);
      Check.range("number of classes", mix.size(), 1, Check.MOST_CONNECTIONS);
      Check.range("connections", connections, 1, Check.MOST_CONNECTIONS);
      Check.duration("warmup", warmup, Duration.ZERO);
      Check.duration("duration", duration, Duration.ofMillis(100));
    }
  }

  /**
   * One kind of request.
   *
   * @param requestClass which
   * @param answered how many were answered within the measured time
   * @param latencies of those, in nanoseconds, from the last answer on the same connection
   */
  public record ClassRun(OpenLoop.RequestClass requestClass, long answered, Histogram latencies) {}

  /**
   * Everything about one run.
   *
   * @param requestsPerSecond answered ÷ the measured time
   * @param classes in the order of the mix
   * @param failures what went wrong
   * @param health whether the generator kept up
   */
  public record Run(
      double requestsPerSecond,
      List<ClassRun> classes,
      Failures failures,
      GeneratorHealth health) {}

  /** One run while it lasts; belongs to the generator's thread. */
  private final class Session implements Wire.Events {
    private final Wire wire;
    private final HealthWatch health;
    private final Wire.Group group = Wire.Group.reopening(this);
    private final Wire.Link[] links;
    private final Wire.Request[] requests;
    private final double[] dealt; // by class: how many are due to it beyond those it was given
    private final double[] share; // by class, of all requests
    private final int[] carried; // by link: the class of its request
    private final long[] sinceNanos; // by link
    private final List<Histogram> latencies = new ArrayList<>();
    private boolean started;
    private boolean measuring;

    Session(Wire wire, HealthWatch health) {
      this.wire = wire;
      this.health = health;
      int classes = options.mix().size();
      links = wire.links(options.connections(), group);
      requests = new Wire.Request[classes];
      dealt = new double[classes];
      share = new double[classes];
      double all = options.mix().stream().mapToDouble(OpenLoop.RequestClass::weight).sum();
      for (int i = 0; i < classes; i++) {
        requests[i] = new Wire.Request(options.mix().get(i).n());
        share[i] = options.mix().get(i).weight() / all;
        latencies.add(Timeline.histogram(3));
      }
      carried = new int[links.length];
      sinceNanos = new long[links.length];
    }

    Run run() throws IOException, InterruptedException {
      wire.openAll(links);
      started = true;
      long startNanos = System.nanoTime();
      for (Wire.Link link : links) {
        if (link.isOpen()) {
          sendNext(link, startNanos);
        }
      }
      long measuredNanos = startNanos + options.warmup().toNanos();
      pollUntil(measuredNanos);
      health.lap(); // connecting and warming up are not measured
      measuring = true;
      long beginNanos = System.nanoTime();
      pollUntil(measuredNanos + options.duration().toNanos());
      double seconds = (System.nanoTime() - beginNanos) / 1e9;
      return result(seconds, HealthWatch.closedLoop(List.of(health.lap())));
    }

    private void pollUntil(long stopNanos) throws IOException, InterruptedException {
      while (System.nanoTime() - stopNanos < 0) {
        wire.poll(stopNanos);
      }
    }

    private Run result(double seconds, GeneratorHealth kept) {
      List<ClassRun> classes = new ArrayList<>();
      long answered = 0;
      for (int i = 0; i < latencies.size(); i++) {
        long count = latencies.get(i).getTotalCount();
        classes.add(new ClassRun(options.mix().get(i), count, latencies.get(i)));
        answered += count;
      }
      return new Run(answered / seconds, classes, group.failures(), kept);
    }

    private void sendNext(Wire.Link link, long now) {
      int next = 0;
      for (int i = 0; i < dealt.length; i++) {
        dealt[i] += share[i];
        next = dealt[i] > dealt[next] ? i : next;
      }
      dealt[next] -= 1;
      carried[link.index] = next;
      sinceNanos[link.index] = now;
      wire.send(link, requests[next]);
    }

    @Override
    public void opened(Wire.Link link, long now) {
      if (started) {
        sendNext(link, now);
      }
    }

    @Override
    public void answered(Wire.Link link, long now) {
      if (measuring) {
        Timeline.record(latencies.get(carried[link.index]), now - sinceNanos[link.index]);
      }
      sendNext(link, now);
    }

    @Override
    public void nonsense(Wire.Link link, long now) {
      sendNext(link, now);
    }

    @Override
    public void lost(Wire.Link link, boolean carriedRequest) {
      // The next request leaves when the link is open again.
    }
  }
}
