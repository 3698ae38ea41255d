// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** One run of {@link OpenLoop} while it lasts. Belongs to the generator's thread. */
final class OpenLoopSession implements Wire.Events {
  private static final int MOST_WAITING = 1 << 20;
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final OpenLoop.Options options;
  private final Wire wire;
  private final HealthWatch health;
  private final GeneratorThread thread;
  private final LoadListener listener;

  private final Wire.Group group = Wire.Group.reopening(this);
  private final Wire.Link[] links;
  private final List<Kind> kinds = new ArrayList<>();
  private final Schedule schedule;
  // Requests wait only when no link is idle, and a link is idle only when none waits.
  private final PlannedQueue waiting = new PlannedQueue(MOST_WAITING);
  private final ArrayDeque<Wire.Link> idle = new ArrayDeque<>(); // the longest idle first
  private final boolean[] listed; // whether a link is among the idle ones, by link

  // By link: what it carries, from sending until the answer has been recorded.
  private final boolean[] carries;
  private final int[] kindCarried;
  private final long[] plannedNanos;
  private final long[] sentNanos;

  private final Histogram lateNanos = Timeline.histogram(3);
  private boolean precise; // the wire comes back when a request is due; else a metronome wakes it
  private boolean started;
  private long startNanos;
  private long measuredNanos; // when the measured time begins
  private long endNanos;
  private long sent;
  private long dropped;

  private OpenLoopSession(
      OpenLoop.Options options,
      Wire wire,
      HealthWatch health,
      GeneratorThread thread,
      LoadListener listener) {
    this.options = options;
    this.wire = wire;
    this.health = health;
    this.thread = thread;
    this.listener = listener;
    this.links = wire.links(options.connections(), group);
    options.mix().forEach(requestClass -> kinds.add(new Kind(kinds.size(), requestClass)));
    this.schedule = schedule();
    this.listed = new boolean[links.length];
    this.carries = new boolean[links.length];
    this.kindCarried = new int[links.length];
    this.plannedNanos = new long[links.length];
    this.sentNanos = new long[links.length];
  }

  private Schedule schedule() {
    return new Schedule(
        options.requestsPerSecond(), options.arrivals(), options.mix(), options.seed());
  }

  static OpenLoop.Run run(OpenLoop.Options options, GeneratorThread thread, LoadListener listener)
      throws IOException, InterruptedException {
    try (var wire = new Wire(options.target(), Check.CONNECT_PATIENCE);
        var health = new HealthWatch()) {
      return new OpenLoopSession(options, wire, health, thread, listener).run();
    }
  }

  private OpenLoop.Run run() throws IOException, InterruptedException {
    Promptness.ask();
    precise = wire.becomePrecise();
    wire.openAll(links);
    Duration warmup = options.warmup();
    Instant measuredAt = Instant.now().plus(warmup);
    startNanos = System.nanoTime();
    measuredNanos = startNanos + warmup.toNanos();
    endNanos = measuredNanos + options.duration().toNanos();
    kinds.forEach(kind -> kind.timeline.start(startNanos));
    started = true;
    for (Wire.Link link : links) {
      if (link.isOpen()) {
        release(link);
      }
    }
    try (var _ = precise ? null : new Metronome(schedule(), startNanos, endNanos, wire::wakeUp)) {
      runUntil(measuredNanos);
      health.lap(); // connecting and warming up are not measured
      runUntil(endNanos);
    }
    return result(measuredAt, health.lap());
  }

  private void runUntil(long stopNanos) throws IOException, InterruptedException {
    long now = System.nanoTime();
    while (now - stopNanos < 0) {
      wire.poll(precise ? Math.min(stopNanos, nextDue()) : stopNanos);
      now = System.nanoTime();
      sendDue(now);
      for (Kind kind : kinds) {
        kind.timeline.advance(now);
      }
    }
  }

  private void sendDue(long now) {
    for (long due; (due = nextDue()) - now <= 0; schedule.advance()) {
      if (due - endNanos >= 0) {
        return; // what is due later was never planned
      }
      plan(schedule.kind(), due);
    }
  }

  private long nextDue() {
    return startNanos + schedule.nanos();
  }

  private void plan(int kind, long due) {
    boolean measured = due - measuredNanos >= 0;
    if (measured) {
      kinds.get(kind).planned++;
    }
    Wire.Link link = nextIdle();
    if (link != null) {
      long late = send(link, kind, due) - due;
      if (measured) {
        Timeline.record(lateNanos, late);
      }
      health.cameLate(late);
    } else if (!waiting.add(kind, due) && measured) {
      dropped++;
    }
  }

  private Wire.@Nullable Link nextIdle() {
    for (Wire.Link link; (link = idle.poll()) != null; ) {
      listed[link.index] = false;
      if (link.isOpen()) { // it may have been lost meanwhile
        return link;
      }
    }
    return null;
  }

  /** Sends over a link that carries nothing; returns when. */
  private long send(Wire.Link link, int kind, long due) {
    int i = link.index;
    long now = System.nanoTime();
    carries[i] = true;
    kindCarried[i] = kind;
    plannedNanos[i] = due;
    sentNanos[i] = now;
    if (now - measuredNanos >= 0) {
      sent++;
    }
    wire.send(link, kinds.get(kind).request);
    return now;
  }

  /** Gives an open link that carries nothing its next request, if one is waiting. */
  private void release(Wire.Link link) {
    if (waiting.size() > 0) {
      int kind = waiting.kind();
      long due = waiting.plannedNanos();
      waiting.remove();
      send(link, kind, due);
    } else if (!listed[link.index]) {
      listed[link.index] = true;
      idle.add(link);
    }
  }

  @Override
  public void opened(Wire.Link link, long now) {
    if (started) {
      release(link);
    }
  }

  @Override
  public void answered(Wire.Link link, long now) {
    // First, so that what was due before this answer is in the plan, and ahead of what comes later;
    // and here, because a large batch of answers must not make it late.
    sendDue(now);
    int i = link.index;
    kinds.get(kindCarried[i]).answered(now, plannedNanos[i], sentNanos[i]);
    carries[i] = false; // not before: at a phase's end in between, it was still carried
    release(link);
  }

  @Override
  public void nonsense(Wire.Link link, long now) {
    sendDue(now);
    failed(link);
    release(link);
  }

  @Override
  public void lost(Wire.Link link, boolean carriedRequest) {
    // Not sent again: nothing tells whether the server has done it.
    if (carriedRequest) {
      failed(link);
    }
  }

  private void failed(Wire.Link link) {
    int i = link.index;
    carries[i] = false;
    if (plannedNanos[i] - measuredNanos >= 0) {
      kinds.get(kindCarried[i]).failed++;
    }
  }

  private OpenLoop.Result figures() {
    double seconds = options.duration().toNanos() / 1e9;
    return new OpenLoop.Result(
        options.requestsPerSecond(),
        sent / seconds,
        kinds.stream().mapToLong(kind -> kind.measured().answered()).sum() / seconds,
        seconds,
        options.connections(),
        options.arrivals().name().toLowerCase(Locale.ROOT),
        options.seed(),
        kinds.stream().mapToLong(kind -> kind.unansweredAtEnd).sum(),
        kinds.stream().mapToLong(kind -> kind.unsentAtEnd).sum(),
        dropped,
        kinds.stream().map(Kind::result).toList());
  }

  private OpenLoop.Run result(Instant measuredAt, HealthWatch.Lap lap) {
    return new OpenLoop.Run(
        figures(),
        measuredAt,
        kinds.stream().map(Kind::run).toList(),
        group.failures(),
        HealthWatch.openLoop(lap, lateNanos));
  }

  /** One class of requests and what became of them. */
  private final class Kind implements LoadListener {
    private final int index;
    private final OpenLoop.RequestClass requestClass;
    private final Wire.Request request;
    private final int measuredPhase;
    private final Timeline timeline;
    private final List<Interval> intervals = new ArrayList<>();
    private final Histogram service = Timeline.histogram(3);
    private final Unanswered serviceUnanswered = new Unanswered();
    private long planned;
    private long failed;
    private long unansweredAtEnd;
    private long unsentAtEnd;

    Kind(int index, OpenLoop.RequestClass requestClass) {
      this.index = index;
      this.requestClass = requestClass;
      this.request = new Wire.Request(requestClass.n());
      var plans = new ArrayList<Timeline.Plan>();
      if (options.warmup().isPositive()) {
        plans.add(new Timeline.Plan("warmup", options.warmup().toNanos()));
      }
      measuredPhase = plans.size();
      plans.add(new Timeline.Plan(requestClass.name(), options.duration().toNanos()));
      timeline = new Timeline(plans, measuredPhase, INTERVAL_NANOS, this::phaseEnded, this);
    }

    void answered(long now, long due, long sentAt) {
      timeline.answered(now, due);
      if (timeline.phase() == measuredPhase) {
        Timeline.record(service, timeline.inPhase(now, sentAt));
      }
    }

    private void phaseEnded(int phase, long end) {
      if (phase != measuredPhase) {
        return;
      }
      for (Wire.Link link : links) {
        int i = link.index;
        if (carries[i] && kindCarried[i] == index) {
          unansweredAtEnd++;
          timeline.phase(phase).unanswered(timeline.inPhase(end, plannedNanos[i]));
          serviceUnanswered.note(timeline.inPhase(end, sentNanos[i]));
        }
      }
      waiting.forEach((kind, due) -> {
        if (kind == index) {
          unsentAtEnd++;
          timeline.phase(phase).unanswered(timeline.inPhase(end, due));
        }
      });
      serviceUnanswered.addTo(service);
    }

    @Override
    public void interval(Interval interval) {
      intervals.add(interval);
      thread.tell(() -> listener.interval(interval));
    }

    @Override
    public void second(Second second) {
      thread.tell(() -> listener.second(second));
    }

    Timeline.Phase measured() {
      return timeline.phase(measuredPhase);
    }

    OpenLoop.ClassResult result() {
      return new OpenLoop.ClassResult(
          requestClass.name(),
          requestClass.n(),
          planned,
          measured().answered(),
          failed,
          LatencyFigures.of(measured().latencies()),
          LatencyFigures.of(service));
    }

    OpenLoop.ClassRun run() {
      return new OpenLoop.ClassRun(
          requestClass.name(), measured().latencies(), service, List.copyOf(intervals));
    }
  }
}
