// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** One run of {@link Perf2} while it lasts. Belongs to the generator's thread. */
final class Perf2Session {
  private static final String WARMUP = "warmup";

  private final Perf2.Options options;
  private final Wire wire;
  private final HealthWatch health;
  private final GeneratorThread thread;
  private final LoadListener listener;

  private final List<Timeline.Plan> plans;
  private final Timeline timeline;

  // Indices of phases; without hogs the last two are never reached.
  private final int calm;
  private final int loaded;
  private final int recovered;

  private final ClosedLoop shorts;
  private final int[] servedIn; // the phase of each connection's last answer
  private final List<Integer> served = new ArrayList<>(); // how many connections, phase by phase
  private final List<HealthWatch.Lap> laps = new ArrayList<>(); // phase by phase
  private final List<Interval> intervals = new ArrayList<>();
  private final List<Second> seconds = new ArrayList<>();

  private final ClosedLoop hogs;
  private final Histogram hogLatencies = Timeline.histogram(3);
  private final Unanswered hogsUnanswered = new Unanswered();
  private long hogsAnswered;
  private long hogsAbandoned;

  private Perf2Session(
      Perf2.Options options,
      Wire wire,
      HealthWatch health,
      GeneratorThread thread,
      LoadListener listener) {
    this.options = options;
    this.wire = wire;
    this.health = health;
    this.thread = thread;
    this.listener = listener;
    this.plans = plans(options);
    this.calm = plans.getFirst().name().equals(WARMUP) ? 1 : 0;
    this.loaded = calm + 1;
    this.recovered = calm + 2;
    this.timeline =
        new Timeline(plans, calm, options.interval().toNanos(), this::phaseEnded, new Recorder());
    this.shorts = new ClosedLoop(wire, options.n(), options.connections(), this::answered);
    this.servedIn = new int[options.connections()];
    Arrays.fill(servedIn, -1);
    this.hogs = new ClosedLoop(wire, options.hogN(), options.hogs(), this::hogAnswered);
  }

  private static List<Timeline.Plan> plans(Perf2.Options options) {
    var plans = new ArrayList<Timeline.Plan>();
    if (options.warmup().isPositive()) {
      plans.add(new Timeline.Plan(WARMUP, options.warmup().toNanos()));
    }
    plans.add(new Timeline.Plan("calm", options.calm().toNanos()));
    if (options.hogs() > 0) {
      plans.add(new Timeline.Plan("loaded", options.loaded().toNanos()));
      plans.add(new Timeline.Plan("recovered", options.recovered().toNanos()));
    }
    return List.copyOf(plans);
  }

  static Perf2.Run run(Perf2.Options options, GeneratorThread thread, LoadListener listener)
      throws IOException, InterruptedException {
    try (var wire = new Wire(options.target(), Check.CONNECT_PATIENCE);
        var health = new HealthWatch()) {
      return new Perf2Session(options, wire, health, thread, listener).run();
    }
  }

  private Perf2.Run run() throws IOException, InterruptedException {
    shorts.connect();
    health.lap(); // connecting is in no phase
    Instant startedAt = Instant.now().plus(options.warmup());
    long start = System.nanoTime();
    timeline.start(start);
    shorts.start(start);
    boolean hogsOn = false;
    while (!timeline.isOver()) {
      long due = timeline.nextNanos();
      wire.poll(due);
      long now = System.nanoTime();
      health.cameLate(now - due);
      timeline.advance(now);
      boolean hogsWanted = timeline.phase() == loaded && options.hogs() > 0;
      if (hogsWanted && !hogsOn) {
        hogs.startConnecting(now);
      } else if (hogsOn && !hogsWanted) {
        hogsAbandoned = hogs.abandon();
      }
      hogsOn = hogsWanted;
    }
    return result(startedAt);
  }

  private void answered(Wire.Link link, long now, long since) {
    timeline.answered(now, since);
    servedIn[link.index] = timeline.phase();
  }

  private void hogAnswered(Wire.Link link, long now, long since) {
    timeline.advance(now);
    if (timeline.phase() == loaded) {
      hogsAnswered++;
      Timeline.record(hogLatencies, timeline.inPhase(now, since));
    }
  }

  private void phaseEnded(int phase, long end) {
    shorts.forEachWaiting(
        (_, since) -> timeline.phase(phase).unanswered(timeline.inPhase(end, since)));
    if (phase == loaded) {
      hogs.forEachWaiting((_, since) -> hogsUnanswered.note(timeline.inPhase(end, since)));
    }
    served.add(Math.toIntExact(Arrays.stream(servedIn).filter(in -> in == phase).count()));
    laps.add(health.lap());
  }

  /** Keeps what the timeline tells, and passes it on. */
  private final class Recorder implements LoadListener {
    @Override
    public void interval(Interval interval) {
      intervals.add(interval);
      thread.tell(() -> listener.interval(interval));
    }

    @Override
    public void second(Second second) {
      if (timeline.phase() >= calm) {
        seconds.add(second);
      }
      thread.tell(() -> listener.second(second));
    }
  }

  private Perf2.Run result(Instant startedAt) {
    Perf2.PhaseRun calmRun = phaseRun(calm);
    boolean hogged = options.hogs() > 0;
    Perf2.PhaseRun loadedRun = hogged ? phaseRun(loaded) : null;
    Perf2.PhaseRun recoveredRun = hogged ? phaseRun(recovered) : null;
    var result =
        new Perf2.Result(
            options.connections(),
            options.hogs(),
            hogged ? options.hogN() : null,
            calmRun.figures(),
            loadedRun == null ? null : loadedRun.figures(),
            recoveredRun == null ? null : recoveredRun.figures(),
            loadedRun == null ? null : retention(calmRun, loadedRun),
            List.copyOf(seconds));
    return new Perf2.Run(
        result,
        startedAt,
        calm == 0 ? null : phaseRun(0),
        calmRun,
        loadedRun,
        recoveredRun,
        hogged ? hogRun() : null,
        List.copyOf(intervals),
        shorts.failures(),
        HealthWatch.closedLoop(laps.subList(calm, laps.size())));
  }

  private static @Nullable Double retention(Perf2.PhaseRun calm, Perf2.PhaseRun loaded) {
    double calmRate = calm.figures().requestsPerSecond();
    return calmRate == 0 ? null : Double.valueOf(loaded.figures().requestsPerSecond() / calmRate);
  }

  private Perf2.PhaseRun phaseRun(int index) {
    Timeline.Phase phase = timeline.phase(index);
    LatencyFigures latency = LatencyFigures.of(phase.latencies());
    return new Perf2.PhaseRun(
        plans.get(index).name(),
        phase.seconds(),
        new Perf2.Phase(
            phase.answered() / phase.seconds(),
            latency.p50Micros(),
            latency.p90Micros(),
            latency.p99Micros(),
            latency.p999Micros(),
            latency.maxMicros(),
            phase.longestStallMillis(),
            phase.answered()),
        phase.latencies(),
        phase.countedUnanswered(),
        served.get(index),
        HealthWatch.closedLoop(List.of(laps.get(index))));
  }

  private Perf2.HogRun hogRun() {
    hogsUnanswered.addTo(hogLatencies);
    return new Perf2.HogRun(hogsAnswered, hogsAbandoned, hogLatencies, hogs.failures());
  }
}
