// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Sends short requests to any server, first alone and then beside more and more long ones.
 *
 * {@snippet :
 * Service service = new Service(
 *     target, InetAddress.getLoopbackAddress(), AnswerEnd.with(new byte[] {'\n'}), null);
 * var options = Interference.Options.defaults(
 *     service, Message.bytes("1\n".getBytes()), Message.bytes("40\n".getBytes()));
 * for (Interference.Level level : new Interference(options).run(InterferenceListener.NONE).levels()) {
 *   System.out.println(level.longOnes() + ": " + level.open().longestStallMillis() + " ms");
 * }
 * }
 *
 * <p>For each number of long requests, always that many under way on connections of their own, the
 * short ones are sent in three ways, one after the other: as an <em>open loop</em>, at planned
 * times at a fixed rate whatever the server does; as a <em>closed loop</em>, each connection asking
 * again as soon as it has its answer; and as <em>samples</em>, one request at a time with random
 * pauses between. Then no long one is sent any more; when all have ended, or are given up, the open
 * loop begins again and tells how soon the short ones are as quick as before.
 *
 * <p>Response time counts from the planned time, so that a wait for a free connection of ours is in
 * it; service time counts from the moment of sending, and contains connecting where the lane had no
 * connection. Each stretch begins with free lanes: what the one before left unanswered is given up,
 * its connection closed, and counts there with its age by the rule of {@link OpenLoop}.
 *
 * <p>One object may run several times, one run at a time.
 */
public final class Interference {
  private final Options options;

  /**
   * Creates the generator; nothing is connected before {@link #run}.
   *
   * @param options what to do
   */
  public Interference(Options options) {
    this.options = options;
  }

  /**
   * Asks once, warms up, measures level by level, closes all connections. Blocks as long as {@link
   * Options#expected} says, plus, for each level, at most {@code drain} and {@code recovery}.
   *
   * @param listener told what happens by the calling thread; it cannot slow the generator down
   * @return what was measured
   * @throws TargetUnreachableException if the first request finds nobody there
   * @throws UnfitRequestException if the first short request has no answer, or an error
   * @throws IOException if this process may open no more sockets; all are closed
   * @throws InterruptedException if interrupted while waiting; the run is over, all is closed
   */
  public Run run(InterferenceListener listener) throws IOException, InterruptedException {
    return GeneratorThread.run(
        "probe-generator", thread -> InterferenceSession.run(options, thread, listener));
  }

  /** How short requests are sent. */
  public enum Way {
    /** At planned times. */
    OPEN,
    /** Each connection again as soon as it has its answer. */
    CLOSED,
    /** One at a time, at random distances. */
    SAMPLED
  }

  /**
   * What to do.
   *
   * @param service whom to ask
   * @param shortOne the short request
   * @param longOne the long request
   * @param levels how many long ones at a time, 0 first, 2 to 8 rising numbers up to 64
   * @param perSecond how many short ones are planned in the open loop, 1 to 5000 per second, at
   *     random distances
   * @param seed decides those distances
   * @param connections how many connections carry the short ones, 1 to 256
   * @param warmup how long before anything counts, 0 s to a minute
   * @param open how long the open loop lasts at each level, 0.1 s to a minute
   * @param closed how long the closed loop lasts, at most {@value #MOST_CLOSED} requests, and how
   *     long samples are taken, 0.1 s to a minute
   * @param patience how long a short request may take, 0.1 s to a minute
   * @param longPatience how long a long request may take, and how long they are waited for at a
   *     level's end, 0.1 s to 10 minutes
   * @param recovery how long to wait for calm after them, 0.1 s to a minute
   */
  public record Options(
      Service service,
      Message shortOne,
      Message longOne,
      List<Integer> levels,
      double perSecond,
      long seed,
      int connections,
      Duration warmup,
      Duration open,
      Duration closed,
      Duration patience,
      Duration longPatience,
      Duration recovery) {
    /** How many requests a closed loop sends at most at one level; it then ends early. */
    public static final int MOST_CLOSED = 200_000;

    private static final int MOST_LONG = 64;
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration LEAST = Duration.ofMillis(100);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range; the message has the value
     */
    public Options {
      levels = List.copyOf(levels);
      Check.range("number of levels", levels.size(), 2, 8);
      for (int i = 0; i < levels.size(); i++) {
        Check.range("long requests at a time", levels.get(i), 0, MOST_LONG);
        if (i == 0 ? levels.get(i) != 0 : levels.get(i) <= levels.get(i - 1)) {
          throw new IllegalArgumentException("levels must rise from 0: levels=" + levels);
        }
      }
      if (!(perSecond >= 1 && perSecond <= 5_000)) {
        throw new IllegalArgumentException("rate must be from 1 to 5000: rate=" + perSecond);
      }
      Check.range("connections", connections, 1, 256);
      duration("warmup", warmup, Duration.ZERO, MINUTE);
      duration("seconds", open, LEAST, MINUTE);
      duration("closed", closed, LEAST, MINUTE);
      duration("timeout", patience, LEAST, MINUTE);
      duration("long-timeout", longPatience, LEAST, Duration.ofMinutes(10));
      duration("recovery", recovery, LEAST, MINUTE);
      boolean http = service.answerEnd() == null;
      if (shortOne.isHttp() != http || longOne.isHttp() != http) {
        throw new IllegalArgumentException("requests must be in the language of the service");
      }
    }

    private static void duration(String name, Duration value, Duration least, Duration most) {
      if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
        throw new IllegalArgumentException(
            "%s must be from %s to %s s: %s=%s s"
                .formatted(
                    name, Check.seconds(least), Check.seconds(most), name, Check.seconds(value)));
      }
    }

    /**
     * Returns plain options: 0, 1, 2, 4 and 8 long ones, 250 short ones a second over 16
     * connections.
     *
     * @param service whom to ask
     * @param shortOne the short request
     * @param longOne the long request
     * @return the options
     */
    public static Options defaults(Service service, Message shortOne, Message longOne) {
      return new Options(
          service,
          shortOne,
          longOne,
          List.of(0, 1, 2, 4, 8),
          250,
          1,
          16,
          Duration.ofSeconds(1),
          Duration.ofSeconds(5),
          Duration.ofSeconds(2),
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(5));
    }

    /**
     * Returns how long a run takes at least: long requests that take long to end, and a server that
     * takes long to recover, prolong it.
     *
     * @return warm-up and all levels
     */
    public Duration expected() {
      return warmup.plus(level().multipliedBy(levels.size()));
    }

    Duration level() {
      return open.plus(closed).plus(closed);
    }
  }

  /**
   * The short requests of one stretch.
   *
   * @param seconds how long it was
   * @param planned how many there were
   * @param ok how many were answered
   * @param unanswered how many had no answer when it ended
   * @param dropped how many found the generator's queue full
   * @param agesCounted how many of the latencies are only ages, of unanswered ones
   * @param response latencies from the planned time, in nanoseconds, of the answered ones and of
   *     those unanswered that count
   * @param service the same from the moment of sending
   * @param failures for each other outcome how long it took to come, from the planned time
   * @param longestStallMillis the longest time in which somebody waited and nobody was answered,
   *     the one in which the stretch ended included
   * @param health whether the generator kept up
   */
  public record ShortRun(
      double seconds,
      long planned,
      long ok,
      long unanswered,
      long dropped,
      long agesCounted,
      Histogram response,
      Histogram service,
      Map<Outcome, Histogram> failures,
      double longestStallMillis,
      GeneratorHealth health) {
    /**
     * Returns how many failed.
     *
     * @return the sum over the outcomes
     */
    public long failed() {
      return failures.values().stream().mapToLong(Histogram::getTotalCount).sum();
    }
  }

  /**
   * The long requests of one level.
   *
   * @param ok how many were answered
   * @param failed how many had another outcome
   * @param withdrawn how many were given up in the end; most servers compute on
   * @param service how long the answered ones took, in nanoseconds
   * @param oldestMillis the age of the oldest one given up; 0 without
   */
  public record LongRun(
      long ok, long failed, int withdrawn, Histogram service, double oldestMillis) {}

  /**
   * How the short requests recovered.
   *
   * @param limitMillis what counts as calm: twice the 99th percentile of level 0, and a millisecond
   * @param seconds from the end of the last long one, or from giving it up, until short requests
   *     were within the limit again, a quarter of a second of them and at least ten; null if not
   *     within the time
   * @param waitedSeconds how long it was waited for
   */
  public record Recovery(double limitMillis, @Nullable Double seconds, double waitedSeconds) {}

  /**
   * One number of long requests.
   *
   * @param longOnes that number
   * @param open the short ones at a fixed rate
   * @param closed the short ones back to back
   * @param sampled one short one at a time; service time is what counts
   * @param longRun what became of the long ones
   * @param recovery how it went on; null without long ones
   */
  public record Level(
      int longOnes,
      ShortRun open,
      ShortRun closed,
      ShortRun sampled,
      LongRun longRun,
      @Nullable Recovery recovery) {}

  /**
   * Everything about one run.
   *
   * @param startedAt when the first level began
   * @param levels in the order of the options
   * @param reasons for each reason why a request had another outcome than OK, how often
   */
  public record Run(Instant startedAt, List<Level> levels, Map<String, Long> reasons) {}
}
