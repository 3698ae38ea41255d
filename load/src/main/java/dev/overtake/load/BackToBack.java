// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * One and the same request, back to back over a few connections, to any server that the probe can
 * ask: each connection asks again as soon as it has its answer.
 *
 * {@snippet :
 * var load = new BackToBack(service, Message.bytes("1\n".getBytes()), 16, Duration.ofSeconds(5));
 * System.out.println(load.run().ok());
 * }
 *
 * <p>One object may run several times, one run at a time.
 *
 * @param service whom to ask
 * @param request what to ask for
 * @param connections how many connections ask, 1 to 256
 * @param length for how long, 0.1 s to 10 minutes
 */
public record BackToBack(Service service, Message request, int connections, Duration length) {
  private static final Duration LEAST = Duration.ofMillis(100);
  private static final Duration MOST = Duration.ofMinutes(10);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(100);

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if one is out of range; the message has the value
   */
  public BackToBack {
    Check.range("connections", connections, 1, 256);
    if (length.compareTo(LEAST) < 0 || length.compareTo(MOST) > 0) {
      throw new IllegalArgumentException(
          "length must be from %s to %s s: length=%s s"
              .formatted(Check.seconds(LEAST), Check.seconds(MOST), Check.seconds(length)));
    }
  }

  /**
   * Connects, asks for as long as wanted, closes all connections. What has no answer in the end is
   * given up and counts with its age, see {@link Interference.ShortRun}; nobody there is a failure
   * of each request.
   *
   * @return what was answered; response and service times are the same
   * @throws IOException if this process may open no more sockets; all are closed
   * @throws InterruptedException if interrupted while waiting; the run is over, all is closed
   */
  public Interference.ShortRun run() throws IOException, InterruptedException {
    return GeneratorThread.run("back-to-back", this::run);
  }

  private Interference.ShortRun run(GeneratorThread thread)
      throws IOException, InterruptedException {
    try (var lanes = new Lanes(service);
        var health = new HealthWatch()) {
      return new Loop(lanes).run(thread, health);
    }
  }

  /** While it lasts. Belongs to the generator's thread. */
  private final class Loop {
    private final Lanes lanes;
    private final Tally tally = new Tally();
    private final List<Lanes.Lane> all;
    private final long[] sentNanos = new long[connections];
    private boolean over;

    Loop(Lanes lanes) {
      this.lanes = lanes;
      all = lanes.lanes(connections, this::answered);
    }

    Interference.ShortRun run(GeneratorThread thread, HealthWatch health)
        throws InterruptedException {
      health.lap();
      long start = System.nanoTime();
      long end = start + length.toNanos();
      all.forEach(this::ask);
      while (System.nanoTime() - end < 0) {
        lanes.poll(end);
        if (thread.isUnwanted()) {
          throw new InterruptedException("asking " + service.target());
        }
      }
      over = true;
      long now = System.nanoTime();
      for (Lanes.Lane lane : all) {
        if (lane.carries()) {
          tally.unanswered(now, sentNanos[lane.index], sentNanos[lane.index]);
        }
      }
      return tally.end(now - start, now, 0, HealthWatch.closedLoop(List.of(health.lap())));
    }

    private void ask(Lanes.Lane lane) {
      if (!over) {
        long now = System.nanoTime();
        sentNanos[lane.index] = now;
        tally.planned(now);
        lane.ask(request, now, PATIENCE);
      }
    }

    private void answered(Lanes.Lane lane, Outcome outcome, long now) {
      long sent = sentNanos[lane.index];
      tally.decided(outcome, now, sent, sent);
      if (outcome == Outcome.OK) {
        ask(lane);
      } else {
        lanes.later(PAUSE_AFTER_FAILURE, () -> ask(lane));
      }
    }
  }
}
