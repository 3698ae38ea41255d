// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** One run of {@link Interference} while it lasts. Belongs to the generator's thread. */
final class InterferenceSession {
  private static final int MOST_WAITING = 1 << 16;
  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(100);
  private static final int LEAST_CALM = 10;
  private static final double CALM_SECONDS = 0.25;
  private static final double CALM_TIMES = 2;
  private static final long CALM_MORE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LEAST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long MOST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Interference.Options options;
  private final Lanes lanes;
  private final HealthWatch health;
  private final GeneratorThread thread;
  private final InterferenceListener listener;
  private final List<Lanes.Lane> shortLanes;
  private final Longs longs;
  private final long[] dueNanos; // by short lane
  private final long[] sentNanos;
  private final Histogram second = Timeline.histogram(2);
  private Shorts shorts;
  private String stage = "";
  private long secondNanos;
  private long leftNanos;

  private InterferenceSession(
      Interference.Options options,
      Lanes lanes,
      HealthWatch health,
      GeneratorThread thread,
      InterferenceListener listener) {
    this.options = options;
    this.lanes = lanes;
    this.health = health;
    this.thread = thread;
    this.listener = listener;
    this.dueNanos = new long[options.connections()];
    this.sentNanos = new long[options.connections()];
    this.shorts = new OpenShorts(null);
    this.shortLanes =
        lanes.lanes(
            options.connections(), (lane, outcome, now) -> shorts.ended(lane, outcome, now));
    this.longs = new Longs(options.levels().getLast());
    this.leftNanos = options.expected().toNanos();
  }

  static Interference.Run run(
      Interference.Options options, GeneratorThread thread, InterferenceListener listener)
      throws IOException, InterruptedException {
    try (var lanes = new Lanes(options.service());
        var health = new HealthWatch()) {
      return new InterferenceSession(options, lanes, health, thread, listener).run();
    }
  }

  private Interference.Run run() throws IOException, InterruptedException {
    Promptness.ask();
    rehearse();
    if (options.warmup().isPositive()) {
      begin(-1, Interference.Way.OPEN, options.warmup());
      measure(new OpenShorts(null), options.warmup());
    }
    Instant startedAt = Instant.now();
    List<Interference.Level> levels = new ArrayList<>();
    for (int longOnes : options.levels()) {
      levels.add(level(longOnes, levels.isEmpty() ? null : levels.getFirst().open()));
    }
    return new Interference.Run(startedAt, List.copyOf(levels), lanes.reasons());
  }

  private void poll(long untilNanos) throws InterruptedException {
    lanes.poll(untilNanos);
    if (thread.isUnwanted()) {
      throw new InterruptedException("probing " + options.service().target());
    }
  }

  /** One request alone, so that what is wrong with it is said at once. */
  private void rehearse() throws IOException, InterruptedException {
    Target target = options.service().target();
    Outcome[] answer = new Outcome[1];
    Lanes.Lane lane = lanes.lanes(1, (_, outcome, _) -> answer[0] = outcome).getFirst();
    lane.ask(options.shortOne(), System.nanoTime(), options.patience());
    while (lane.carries()) {
      poll(System.nanoTime() + SECOND_NANOS);
    }
    lane.abandon();
    String reason = String.join(", ", lanes.reasons().keySet());
    if (reason.startsWith("no connection")) {
      throw TargetUnreachableException.silent(target, options.patience());
    }
    if (reason.startsWith("cannot connect")) {
      throw TargetUnreachableException.because(target, reason);
    }
    if (reason.startsWith("TLS")) {
      throw TargetUnreachableException.because(
          target, reason + "; pass --cacert FILE or --insecure if you trust it");
    }
    switch (answer[0]) {
      case OK -> {}
      case REFUSED -> throw TargetUnreachableException.refused(target);
      case TIMEOUT ->
          throw new UnfitRequestException(
              target,
              "no answer to the short request within %s s; check the request, and with --answer-ends how its answer ends"
                  .formatted(Check.seconds(options.patience())));
      case ERROR ->
          throw new UnfitRequestException(
              target, "the short request fails, %s; check the request".formatted(reason));
    }
  }

  private Interference.Level level(int longOnes, Interference.@Nullable ShortRun calm)
      throws InterruptedException {
    longs.start(longOnes);
    final Interference.ShortRun open = stage(longOnes, Interference.Way.OPEN, new OpenShorts(null));
    final Interference.ShortRun closed =
        stage(longOnes, Interference.Way.CLOSED, new ClosedShorts());
    final Interference.ShortRun sampled =
        stage(longOnes, Interference.Way.SAMPLED, new SampledShorts());
    if (calm == null) {
      return new Interference.Level(longOnes, open, closed, sampled, longs.end(), null);
    }
    begin(longOnes, null, Duration.ZERO);
    longs.drain();
    Interference.LongRun longRun = longs.end();
    return new Interference.Level(longOnes, open, closed, sampled, longRun, recovery(calm));
  }

  private Interference.ShortRun stage(int longOnes, Interference.Way way, Shorts next)
      throws InterruptedException {
    Duration duration = way == Interference.Way.OPEN ? options.open() : options.closed();
    begin(longOnes, way, duration);
    return measure(next, duration);
  }

  private void begin(int longOnes, Interference.@Nullable Way way, Duration duration) {
    stage = longOnes < 0 ? "warmup" : String.valueOf(longOnes);
    Duration left = Duration.ofNanos(leftNanos);
    leftNanos -= duration.toNanos();
    thread.tell(() -> listener.begins(longOnes, way, left));
  }

  private Interference.Recovery recovery(Interference.ShortRun calm) throws InterruptedException {
    long limitNanos =
        (long) (CALM_TIMES * calm.response().getValueAtPercentile(99)) + CALM_MORE_NANOS;
    int streak = (int) Math.max(LEAST_CALM, options.perSecond() * CALM_SECONDS);
    Calm watch = new Calm(limitNanos, streak);
    long began = System.nanoTime();
    measure(new OpenShorts(watch), options.recovery());
    Double seconds =
        watch.isReached() ? Double.valueOf(Math.max(0, watch.sinceNanos() - began) / 1e9) : null;
    return new Interference.Recovery(limitNanos / 1e6, seconds, (System.nanoTime() - began) / 1e9);
  }

  private Interference.ShortRun measure(Shorts next, Duration duration)
      throws InterruptedException {
    shorts = next;
    health.lap();
    long start = System.nanoTime();
    long end = start + duration.toNanos();
    secondNanos = start;
    next.begin(start, end);
    long now = start;
    while (now - end < 0 && !next.isOver()) {
      poll(Math.min(next.nextNanos() - now, end - now) + now);
      now = System.nanoTime();
      next.due(now);
      tellSecond(now);
    }
    next.stop();
    final Interference.ShortRun run = next.end(now - start, now);
    // At once: an answer that came later would be counted as well, beside its age.
    for (Lanes.Lane lane : shortLanes) {
      if (lane.carries()) {
        lane.abandon();
      }
    }
    return run;
  }

  private void tellSecond(long now) {
    if (now - secondNanos < SECOND_NANOS) {
      return;
    }
    long requests = second.getTotalCount();
    var told =
        new Second(
            0,
            stage,
            requests,
            requests * 1e9 / (now - secondNanos),
            second.getValueAtPercentile(50) / 1e3,
            second.getValueAtPercentile(99) / 1e3,
            requests == 0 ? 0 : second.getMaxValue() / 1e3);
    second.reset();
    secondNanos = now;
    thread.tell(() -> listener.second(told));
  }

  /** A way to send short requests, and what became of them. */
  private abstract class Shorts {
    final Tally tally = new Tally();

    abstract void begin(long startNanos, long endNanos);

    /** When {@link #due} has something to do next, if it is not woken before. */
    abstract long nextNanos();

    abstract void due(long now);

    abstract void free(Lanes.Lane lane, Outcome outcome, long now);

    boolean isOver() {
      return false;
    }

    void stop() {}

    abstract GeneratorHealth judged(HealthWatch.Lap lap);

    void send(Lanes.Lane lane, long due, long now) {
      dueNanos[lane.index] = due;
      sentNanos[lane.index] = now;
      lane.ask(options.shortOne(), now, options.patience());
    }

    final void ended(Lanes.Lane lane, Outcome outcome, long now) {
      due(System.nanoTime()); // a large batch of answers must not make what is due late
      int i = lane.index;
      tally.decided(outcome, now, dueNanos[i], sentNanos[i]);
      if (outcome == Outcome.OK) {
        Timeline.record(second, now - dueNanos[i]);
      }
      free(lane, outcome, now);
    }

    long dropped() {
      return 0;
    }

    Interference.ShortRun end(long nanos, long endNanos) {
      for (Lanes.Lane lane : shortLanes) {
        if (lane.carries()) {
          tally.unanswered(endNanos, dueNanos[lane.index], sentNanos[lane.index]);
        }
      }
      return tally.end(nanos, endNanos, dropped(), judged(health.lap()));
    }
  }

  /** At planned times. A request takes the lane that is free for longest, or waits for one. */
  private final class OpenShorts extends Shorts {
    private final @Nullable Calm calm;
    private final Schedule schedule = schedule();
    private final PlannedQueue waiting = new PlannedQueue(MOST_WAITING);
    private final ArrayDeque<Lanes.Lane> idle = new ArrayDeque<>();
    private final int[] numbers = new int[options.connections()]; // by lane
    private @Nullable Metronome metronome;
    private long start;
    private long end;
    private int sent;
    private long dropped;

    OpenShorts(@Nullable Calm calm) {
      this.calm = calm;
    }

    private Schedule schedule() {
      // The class of requests is not looked at: there is one.
      return new Schedule(
          options.perSecond(),
          OpenLoop.Arrivals.POISSON,
          List.of(new OpenLoop.RequestClass("short", 1, 1)),
          options.seed());
    }

    @Override
    void begin(long startNanos, long endNanos) {
      start = startNanos;
      end = endNanos;
      idle.addAll(shortLanes);
      metronome = new Metronome(schedule(), start, end, lanes::wakeUp);
    }

    @Override
    void stop() {
      if (metronome != null) {
        metronome.close();
      }
    }

    @Override
    long nextNanos() {
      return start + schedule.nanos(); // the metronome is more precise
    }

    @Override
    void due(long now) {
      for (long due; (due = start + schedule.nanos()) - now <= 0; schedule.advance()) {
        if (due - end >= 0) {
          return; // what is due later was never planned
        }
        tally.planned(due);
        Lanes.Lane lane = idle.poll();
        if (lane != null) {
          long sending = System.nanoTime();
          tally.left(sending - due);
          health.cameLate(sending - due);
          sendNext(lane, due, sending);
        } else if (!waiting.add(0, due)) {
          dropped++;
        }
      }
    }

    private void sendNext(Lanes.Lane lane, long due, long now) {
      numbers[lane.index] = sent++;
      send(lane, due, now);
    }

    @Override
    void free(Lanes.Lane lane, Outcome outcome, long now) {
      if (calm != null) {
        calm.decided(numbers[lane.index], dueNanos[lane.index], now, outcome);
      }
      if (waiting.size() > 0) {
        long due = waiting.plannedNanos();
        waiting.remove();
        sendNext(lane, due, System.nanoTime());
      } else {
        idle.add(lane);
      }
    }

    @Override
    boolean isOver() {
      return calm != null && calm.isReached();
    }

    @Override
    long dropped() {
      return dropped;
    }

    @Override
    Interference.ShortRun end(long nanos, long endNanos) {
      waiting.forEach((_, due) -> tally.unsent(endNanos, due));
      return super.end(nanos, endNanos);
    }

    @Override
    GeneratorHealth judged(HealthWatch.Lap lap) {
      return HealthWatch.openLoop(lap, tally.lateNanos());
    }
  }

  /** Each lane again as soon as it has its answer. */
  private final class ClosedShorts extends Shorts {
    private boolean over;
    private int sent;

    @Override
    void begin(long startNanos, long endNanos) {
      shortLanes.forEach(lane -> again(lane, startNanos));
    }

    private void again(Lanes.Lane lane, long now) {
      if (over) {
        return;
      }
      if (sent == Interference.Options.MOST_CLOSED) {
        over = true;
        return;
      }
      sent++;
      tally.planned(now);
      send(lane, now, System.nanoTime());
    }

    @Override
    long nextNanos() {
      return System.nanoTime() + SECOND_NANOS;
    }

    @Override
    void due(long now) {
      // Nothing is planned: an answer leads to the next request.
    }

    @Override
    void free(Lanes.Lane lane, Outcome outcome, long now) {
      if (outcome == Outcome.OK) {
        again(lane, now);
      } else {
        lanes.later(PAUSE_AFTER_FAILURE, () -> again(lane, System.nanoTime()));
      }
    }

    @Override
    boolean isOver() {
      return over;
    }

    @Override
    void stop() {
      over = true;
    }

    @Override
    GeneratorHealth judged(HealthWatch.Lap lap) {
      return HealthWatch.closedLoop(List.of(lap));
    }
  }

  /**
   * One request at a time, over one lane after the other, at random moments: so they meet the
   * server in the state that it is in most of the time, and never each other.
   */
  private final class SampledShorts extends Shorts {
    private final SplittableRandom random = new SplittableRandom(options.seed());
    private boolean waiting;
    private long next;
    private int lane;

    @Override
    void begin(long startNanos, long endNanos) {
      pause(startNanos, LEAST_PAUSE_NANOS);
    }

    private void pause(long now, long latency) {
      waiting = false;
      double longer = 1 + random.nextDouble();
      next = now + (long) (longer * Math.clamp(latency, LEAST_PAUSE_NANOS, MOST_PAUSE_NANOS));
    }

    @Override
    long nextNanos() {
      return waiting ? System.nanoTime() + SECOND_NANOS : next;
    }

    @Override
    void due(long now) {
      if (!waiting && next - now <= 0) {
        waiting = true;
        Lanes.Lane chosen = shortLanes.get(lane++ % shortLanes.size());
        long sending = System.nanoTime(); // its time is when it leaves: nothing depends on it
        tally.planned(sending);
        send(chosen, sending, sending);
      }
    }

    @Override
    void free(Lanes.Lane lane, Outcome outcome, long now) {
      pause(now, now - sentNanos[lane.index]);
    }

    @Override
    GeneratorHealth judged(HealthWatch.Lap lap) {
      return HealthWatch.closedLoop(List.of(lap));
    }
  }

  /** The long requests, so many always under way. */
  private final class Longs {
    private final List<Lanes.Lane> all;
    private final long[] since;
    private Histogram service = Timeline.histogram(3);
    private int wanted;
    private long ok;
    private long failed;

    Longs(int most) {
      this.all = lanes.lanes(most, this::ended);
      this.since = new long[most];
    }

    void start(int longOnes) {
      service = Timeline.histogram(3);
      ok = 0;
      failed = 0;
      wanted = longOnes;
      all.subList(0, longOnes).forEach(this::ask);
    }

    private void ask(Lanes.Lane lane) {
      if (lane.index < wanted && !lane.carries()) {
        since[lane.index] = System.nanoTime();
        lane.ask(options.longOne(), since[lane.index], options.longPatience());
      }
    }

    private void ended(Lanes.Lane lane, Outcome outcome, long now) {
      if (outcome == Outcome.OK) {
        ok++;
        Timeline.record(service, now - since[lane.index]);
        ask(lane);
      } else {
        failed++;
        lanes.later(PAUSE_AFTER_FAILURE, () -> ask(lane));
      }
    }

    /** Sends no more and waits for those under way, as long as patience lasts. */
    void drain() throws InterruptedException {
      wanted = 0;
      long end = System.nanoTime() + options.longPatience().toNanos();
      while (all.stream().anyMatch(Lanes.Lane::carries) && System.nanoTime() - end < 0) {
        poll(end);
      }
    }

    /** Gives up whatever is still under way. */
    Interference.LongRun end() {
      long now = System.nanoTime();
      Lanes.Lane[] left = all.stream().filter(Lanes.Lane::carries).toArray(Lanes.Lane[]::new);
      long oldest = Arrays.stream(left).mapToLong(lane -> now - since[lane.index]).max().orElse(0);
      Arrays.stream(left).forEach(Lanes.Lane::abandon);
      return new Interference.LongRun(ok, failed, left.length, service, oldest / 1e6);
    }
  }
}
