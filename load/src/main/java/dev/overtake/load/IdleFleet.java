// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Many connections that do nothing, and pings among them: what does a server pay for each, and how
 * fast does it find the one that speaks?
 *
 * {@snippet :
 * try (var fleet = IdleFleet.open(new IdleFleet.Options(target, 15_000, 2_000))) {
 *   System.out.println(fleet.opening().connected());
 *   System.out.println(fleet.ping(1, 100, Duration.ofSeconds(5)).latency().p99Micros());
 * }
 * }
 *
 * <p>All happens on the calling thread; one thread at a time may use it. Between calls nothing is
 * read, so a connection that the server closes is noticed by the next pings.
 */
public final class IdleFleet implements AutoCloseable {
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final int SPARE_FILES = 64;

  private final Options options;
  private final Wire wire;
  private final Events events;
  private final Wire.Group group;
  private final Wire.Link[] links;
  private final Opening opening;

  private IdleFleet(Options options) throws IOException, InterruptedException {
    this.options = options;
    this.wire = new Wire(options.target, Check.CONNECT_PATIENCE, options.source);
    this.events = new Events();
    this.group = Wire.Group.openingOnce(events);
    this.links = wire.links(options.connections, group);
    try {
      this.opening = connect();
    } catch (IOException | InterruptedException | RuntimeException e) {
      wire.close();
      throw e;
    }
  }

  /**
   * Opens the connections; blocks until each has been opened or has failed, which takes at least
   * {@code connections ÷ connectsPerSecond} seconds, and at most 5 s longer.
   *
   * @param options how many and how fast
   * @return the fleet, to be closed; perhaps with fewer connections than asked for
   * @throws TargetUnreachableException if not one could be opened
   * @throws IOException if the operating system refuses the first one; nothing is left open
   * @throws InterruptedException if interrupted; nothing is left open
   */
  public static IdleFleet open(Options options) throws IOException, InterruptedException {
    return new IdleFleet(options);
  }

  private Opening connect() throws IOException, InterruptedException {
    String limit = null;
    double gapNanos = 1e9 / options.connectsPerSecond;
    long start = System.nanoTime();
    int wanted = options.connections;
    int begun = 0;
    while (begun < wanted || events.opened + events.lost < begun) {
      long due = start + (long) (begun * gapNanos);
      long now = System.nanoTime();
      if (begun == wanted || due - now > 0) {
        wire.poll(begun == wanted ? now + TICK_NANOS : due);
        continue;
      }
      try {
        events.sinceNanos[begun] = now;
        wire.open(links[begun]);
        begun++;
      } catch (IOException e) {
        if (begun == 0) {
          throw e;
        }
        limit = e.getMessage();
        wanted = begun;
      }
    }
    if (events.opened == 0) {
      throw wire.unreachable(group);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    if (limit != null) {
      spareFiles(begun);
    }
    return new Opening(
        openLinks(),
        limit,
        seconds,
        events.opened / seconds,
        LatencyFigures.of(events.connectNanos),
        group.failures());
  }

  // At the limit of open files this process could not even load a class any more.
  private void spareFiles(int begun) throws IOException, InterruptedException {
    for (int i = Math.max(1, begun - SPARE_FILES); i < begun; i++) {
      wire.abandon(links[i]);
    }
    wire.poll(System.nanoTime()); // a selector gives the files back when it looks next
  }

  private int openLinks() {
    return Math.toIntExact(Arrays.stream(links).filter(Wire.Link::isOpen).count());
  }

  /**
   * Returns how the opening went.
   *
   * @return the figures, the same ones each time
   */
  public Opening opening() {
    return opening;
  }

  /**
   * Sends one request at a time, over one connection after the other, these evenly spread over the
   * fleet, each as soon as the last answer has come. Blocks for {@code duration} and ends on time;
   * a ping that is unanswered then counts with its age as in {@link Perf2}.
   *
   * @param n what to ask for, 1 to 92
   * @param connections how many of the open connections take part, 1 or more
   * @param duration how long, 0.1 s to an hour
   * @return what was measured
   * @throws IllegalArgumentException if an argument is out of range; the message has the value
   * @throws IOException if the operating system refuses
   * @throws InterruptedException if interrupted; the fleet stays open
   */
  public Pings ping(int n, int connections, Duration duration)
      throws IOException, InterruptedException {
    Check.n("n", n);
    Check.range("connections", connections, 1, options.connections);
    Check.duration("duration", duration, Duration.ofMillis(100));
    try (var health = new HealthWatch()) {
      var round = new Round(new Wire.Request(n), sample(connections), duration);
      events.round = round;
      round.run(health);
      Timeline.Phase phase = round.timeline.phase(0);
      return new Pings(
          LatencyFigures.of(phase.latencies()),
          phase.latencies(),
          phase.answered(),
          openLinks(),
          group.failures(),
          HealthWatch.closedLoop(List.of(health.lap())));
    }
  }

  // A link may still be awaiting the answer that earlier pings gave up.
  private Wire.Link[] sample(int connections) {
    Wire.Link[] free =
        Arrays.stream(links)
            .filter(link -> link.isOpen() && !link.isAwaiting())
            .toArray(Wire.Link[]::new);
    var sample = new Wire.Link[Math.min(connections, free.length)];
    for (int i = 0; i < sample.length; i++) {
      sample[i] = free[Math.toIntExact((long) i * free.length / sample.length)];
    }
    return sample;
  }

  /** Closes all connections. Idempotent. */
  @Override
  public void close() throws IOException {
    wire.close();
  }

  /** What happens to the links: first they are opened, then some are pinged. */
  private final class Events implements Wire.Events {
    private final long[] sinceNanos = new long[options.connections];
    private final Histogram connectNanos = Timeline.histogram(3);
    private int opened;
    private int lost;
    private @Nullable Round round; // the present one, or the last one

    @Override
    public void opened(Wire.Link link, long now) {
      opened++;
      Timeline.record(connectNanos, now - sinceNanos[link.index]);
    }

    @Override
    public void answered(Wire.Link link, long now) {
      if (round != null) {
        round.answered(link, now);
      }
    }

    @Override
    public void nonsense(Wire.Link link, long now) {
      if (round != null) {
        round.failed(link);
      }
    }

    @Override
    public void lost(Wire.Link link, boolean carriedRequest) {
      lost++;
      if (round != null) {
        round.failed(link);
      }
    }
  }

  /** One call of {@link #ping} while it lasts. */
  private final class Round {
    private final Wire.Request request;
    private final Wire.Link[] sample;
    private final Timeline timeline;
    private Wire.@Nullable Link pinged; // none: the last ping failed, or no link is left
    private int next;
    private long sinceNanos;

    Round(Wire.Request request, Wire.Link[] sample, Duration duration) {
      this.request = request;
      this.sample = sample;
      this.timeline =
          new Timeline(
              List.of(new Timeline.Plan("pings", duration.toNanos())),
              0,
              TICK_NANOS,
              this::ended,
              LoadListener.NONE);
    }

    void run(HealthWatch health) throws IOException, InterruptedException {
      timeline.start(System.nanoTime());
      while (!timeline.isOver()) {
        if (pinged == null) {
          pingNext(System.nanoTime());
        }
        long due = timeline.nextNanos();
        wire.poll(due);
        long now = System.nanoTime();
        health.cameLate(now - due);
        timeline.advance(now);
      }
    }

    // A link that breaks while it is sent over has called failed(): then the one after it.
    private void pingNext(long now) {
      for (int tries = 0; tries < sample.length && pinged == null; tries++) {
        Wire.Link link = sample[next];
        next = (next + 1) % sample.length;
        if (link.isOpen()) {
          pinged = link;
          sinceNanos = now;
          wire.send(link, request);
        }
      }
    }

    void answered(Wire.Link link, long now) {
      if (link.equals(pinged)) {
        timeline.answered(now, sinceNanos);
        pinged = null;
        pingNext(now);
      }
    }

    void failed(Wire.Link link) {
      if (link.equals(pinged)) {
        pinged = null;
      }
    }

    private void ended(int phase, long end) {
      if (pinged != null) {
        timeline.phase(phase).unanswered(timeline.inPhase(end, sinceNanos));
      }
    }
  }

  /**
   * What to open.
   *
   * @param target to whom
   * @param connections how many, 1 to 60000
   * @param connectsPerSecond how many attempts per second at most, 1 to 100000
   * @param source where the first connection comes from, an address and port of this machine's; the
   *     others have the ports that follow. Null for whichever the system chooses, of which it has
   *     some 28,000 for one target
   */
  public record Options(
      Target target, int connections, int connectsPerSecond, @Nullable InetSocketAddress source) {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range; the message has the value
     */
    public Options {
      Check.range("connections", connections, 1, 60_000);
      Check.range("connectsPerSecond", connectsPerSecond, 1, 100_000);
    }

    /**
     * From whichever addresses the system chooses.
     *
     * @param target to whom
     * @param connections how many, 1 to 60000
     * @param connectsPerSecond how many attempts per second at most, 1 to 100000
     * @throws IllegalArgumentException if one is out of range; the message has the value
     */
    public Options(Target target, int connections, int connectsPerSecond) {
      this(target, connections, connectsPerSecond, null);
    }
  }

  /**
   * How the opening went.
   *
   * @param connected how many connections are open
   * @param limit why this process could not try to open all it was asked for, and what to do; it
   *     has then closed the last 64 again, so as to be able to open other files. Null if it could
   * @param seconds how long it took for all
   * @param connectsPerSecond opened ÷ seconds
   * @param connectLatency how long each took from the attempt to the end of the handshake
   * @param failures what went wrong
   */
  public record Opening(
      int connected,
      @Nullable String limit,
      double seconds,
      double connectsPerSecond,
      LatencyFigures connectLatency,
      Failures failures) {}

  /**
   * What the pings met.
   *
   * @param latency the figures of the pings
   * @param latencies in nanoseconds
   * @param answered how many pings were answered
   * @param openConnections how many connections were still open when the pings ended
   * @param failures what went wrong since the fleet was opened
   * @param health whether the generator kept up
   */
  public record Pings(
      LatencyFigures latency,
      Histogram latencies,
      long answered,
      int openConnections,
      Failures failures,
      GeneratorHealth health) {}
}
