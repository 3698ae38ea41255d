// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.io.IOException;
import java.time.Duration;
import org.HdrHistogram.Histogram;

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
 * <p>One thread at a time may use it.
 */
public final class IdleFleet implements AutoCloseable {
  private final Opening opening;

  private IdleFleet(Opening opening) {
    this.opening = opening;
  }

  /**
   * Opens the connections; blocks until each has been opened or has failed, at least {@code
   * connections ÷ connectsPerSecond} seconds, and at most 5 s longer.
   *
   * @param options how many and how fast
   * @return the fleet, to be closed; perhaps with fewer connections than asked for
   * @throws TargetUnreachableException if not one could be opened
   * @throws IOException if this process may open no more sockets; those it opened are closed again
   * @throws InterruptedException if interrupted; those it opened are closed again
   */
  public static IdleFleet open(Options options) throws IOException, InterruptedException {
    throw new UnsupportedOperationException(options.toString());
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
   * Sends one request at a time, each over the next of the open connections, evenly spread over the
   * fleet, as soon as the last answer has come; blocks for {@code duration} and ends on time.
   *
   * @param n what to ask for, 1 to 92
   * @param connections how many of the connections take part, 1 or more
   * @param duration how long, 0.1 s to an hour
   * @return what was measured
   * @throws IOException if the operating system refuses
   * @throws InterruptedException if interrupted; the fleet stays open
   */
  public Pings ping(int n, int connections, Duration duration)
      throws IOException, InterruptedException {
    throw new UnsupportedOperationException(n + " " + connections + " " + duration);
  }

  /** Closes all connections. Idempotent. */
  @Override
  public void close() {}

  /**
   * What to open.
   *
   * @param target to whom
   * @param connections how many, 1 to 60000
   * @param connectsPerSecond how many attempts per second at most, 1 to 100,000
   */
  public record Options(Target target, int connections, int connectsPerSecond) {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range; the message has the value
     */
    public Options {
      Check.range("connections", connections, 1, 60_000);
      Check.range("connectsPerSecond", connectsPerSecond, 1, 100_000);
    }
  }

  /**
   * How the opening went.
   *
   * @param connected how many connections were opened
   * @param seconds how long it took for all
   * @param connectsPerSecond opened ÷ seconds
   * @param connectLatency how long each took from the attempt to the handshake's end
   * @param failures what went wrong
   */
  public record Opening(
      int connected,
      double seconds,
      double connectsPerSecond,
      LatencyFigures connectLatency,
      Failures failures) {}

  /**
   * What the pings met.
   *
   * @param latency the figures of the pings
   * @param latencies in nanoseconds
   * @param openConnections how many connections were still open when the pings ended
   * @param failures what went wrong since the fleet was opened
   * @param health whether the generator kept up
   */
  public record Pings(
      LatencyFigures latency,
      Histogram latencies,
      int openConnections,
      Failures failures,
      GeneratorHealth health) {}
}
