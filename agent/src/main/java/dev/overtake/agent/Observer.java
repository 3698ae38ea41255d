// SPDX-License-Identifier: Apache-2.0
package dev.overtake.agent;

import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingStream;
import jdk.management.VirtualThreadSchedulerMXBean;
import org.jspecify.annotations.Nullable;

/**
 * Names the virtual threads that occupy a carrier of the JDK's scheduler for longer than a quantum
 * while others wait; changes nothing.
 *
 * <p>By public means alone: the scheduler's MXBean tells that threads wait while every carrier is
 * occupied, and from then on the flight recorder's samples tell by whom.
 */
final class Observer extends Thread implements AutoCloseable {
  /*
   * Two threads. This one asks the MXBean, once a quantum while virtual threads run, and notes when
   * last somebody waited. The stream's gets samples about once a second. Samples of one thread that
   * follow one another without a gap are a stretch; it might have parked in between for less than a
   * period, so a stretch counts once it has three samples and has lasted a quantum.
   *
   * The recorder runs only while there is something to find out, and a while longer.
   */
  private static final System.Logger LOG = System.getLogger(TimeSharing.class.getName());
  private static final Duration PERIOD = Duration.ofMillis(10);
  private static final Duration GAP = PERIOD.multipliedBy(3);
  private static final Duration SLACK = Duration.ofMillis(50); // between two clocks
  private static final Duration RECORDED_AFTERWARDS = Duration.ofSeconds(30);
  private static final Duration LINE_EVERY = Duration.ofMinutes(1);
  private static final long IDLE_PERIOD_NANOS = 20_000_000L;
  private static final int MOST_STRETCHES = 1000;

  private final VirtualThreadSchedulerMXBean scheduler;
  private final Duration quantum;
  private volatile boolean stopped;
  private volatile @Nullable Waiting waiting; // written by this thread, read by the stream's
  private final Map<Long, Stretch> stretches = new HashMap<>(); // the stream's alone, as the next
  private final Map<String, Site> sites = new HashMap<>();

  /** When virtual threads waited while all carriers were occupied, last; and how many at most. */
  private record Waiting(Instant from, Instant to, long most) {
    boolean overlaps(Instant begin, Instant end) {
      return begin.isBefore(to.plus(SLACK)) && end.isAfter(from.minus(SLACK));
    }
  }

  private static final class Stretch {
    String thread = "";
    Instant first = Instant.EPOCH;
    Instant last = Instant.EPOCH;
    int samples;
    @Nullable RecordedStackTrace trace;
    boolean fresh; // has a sample that nobody was told of
  }

  private static final class Site {
    long count;
    Instant lastLine = Instant.EPOCH;
  }

  private Observer(VirtualThreadSchedulerMXBean scheduler, Duration quantum) {
    super(null, null, "overtake-observer", 0, false);
    this.scheduler = scheduler;
    this.quantum = quantum;
    setDaemon(true);
  }

  /** Starts one, or returns null and says so where this runtime has not what it takes. */
  static @Nullable Observer start(Duration quantum) {
    for (String module : new String[] {"jdk.management", "jdk.jfr"}) {
      if (ModuleLayer.boot().findModule(module).isEmpty()) {
        LOG.log(Level.WARNING, "mode=observe needs the module {0}; nobody is named", module);
        return null;
      }
    }
    Observer observer =
        new Observer(
            ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class), quantum);
    observer.start();
    return observer;
  }

  @Override
  public void run() {
    RecordingStream stream = null;
    boolean before = false;
    try {
      while (!stopped) {
        int mounted = scheduler.getMountedVirtualThreadCount();
        long queued = scheduler.getQueuedVirtualThreadCount();
        boolean occupied = queued > 0 && mounted >= scheduler.getParallelism();
        if (occupied && before) { // two looks in a row: for a quantum
          note(queued);
          if (stream == null) {
            stream = record();
          }
        }
        before = occupied;
        Waiting last = waiting;
        if (stream != null
            && last != null
            && last.to().isBefore(Instant.now().minus(RECORDED_AFTERWARDS))) {
          stream.close();
          stream = null;
        }
        LockSupport.parkNanos(
            this,
            mounted > 0 || queued > 0 ? Math.max(1_000_000, quantum.toNanos()) : IDLE_PERIOD_NANOS);
      }
    } finally {
      if (stream != null) {
        stream.close();
      }
    }
  }

  private void note(long queued) {
    Instant now = Instant.now();
    Waiting last = waiting;
    waiting =
        last == null || last.to().isBefore(now.minusSeconds(1))
            ? new Waiting(now.minus(quantum), now, queued)
            : new Waiting(last.from(), now, Math.max(last.most(), queued));
  }

  private RecordingStream record() {
    RecordingStream stream = new RecordingStream();
    stream.setReuse(false);
    stream.enable("jdk.ExecutionSample").withPeriod(PERIOD);
    stream.enable("jdk.NativeMethodSample").withPeriod(PERIOD);
    stream.enable("jdk.VirtualThreadPinned").withThreshold(quantum).withStackTrace();
    stream.onEvent("jdk.ExecutionSample", this::sampled);
    stream.onEvent("jdk.NativeMethodSample", this::sampled);
    stream.onEvent("jdk.VirtualThreadPinned", this::pinned);
    stream.onFlush(this::tell);
    // Not startAsync(): its thread would keep the JVM alive.
    Thread.ofPlatform().daemon().name("overtake-observer-stream").start(stream::start);
    return stream;
  }

  private void sampled(RecordedEvent event) {
    RecordedThread thread = event.getThread("sampledThread");
    if (thread == null || !thread.isVirtual()) {
      return;
    }
    Instant at = event.getStartTime();
    Stretch stretch = stretches.get(thread.getJavaThreadId());
    if (stretch == null || at.isAfter(stretch.last.plus(GAP))) {
      if (stretch == null && stretches.size() >= MOST_STRETCHES) {
        return;
      }
      stretch = new Stretch();
      stretch.thread = nameOf(thread);
      stretch.first = at;
      stretches.put(thread.getJavaThreadId(), stretch);
    }
    stretch.last = at;
    stretch.samples++;
    stretch.trace = event.getStackTrace();
    stretch.fresh = true;
  }

  private void pinned(RecordedEvent event) {
    RecordedThread thread = event.getThread();
    Waiting last = waiting;
    if (thread != null && last != null && last.overlaps(event.getStartTime(), event.getEndTime())) {
      tell(nameOf(thread), false, event.getDuration(), last.most(), event.getStackTrace());
    }
  }

  private static String nameOf(RecordedThread thread) {
    String name = thread.getJavaName();
    return name == null || name.isEmpty() ? "#" + thread.getJavaThreadId() : name;
  }

  /** About once a second, after the samples. */
  private void tell() {
    Waiting last = waiting;
    for (var it = stretches.values().iterator(); it.hasNext(); ) {
      Stretch stretch = it.next();
      if (!stretch.fresh) {
        it.remove();
        continue;
      }
      stretch.fresh = false;
      Duration age = Duration.between(stretch.first, stretch.last);
      if (stretch.samples >= 3
          && age.compareTo(quantum) >= 0
          && last != null
          && last.overlaps(stretch.first, stretch.last)) {
        tell(stretch.thread, true, age, last.most(), stretch.trace);
      }
    }
  }

  private void tell(
      String thread,
      boolean computing,
      Duration age,
      long queued,
      @Nullable RecordedStackTrace trace) {
    ObservedEvent event = new ObservedEvent();
    if (event.shouldCommit()) {
      event.thread = thread;
      event.computing = computing;
      event.age = age.toNanos();
      event.queued = queued;
      event.culprit =
          trace == null
              ? ""
              : trace.getFrames().stream()
                  .limit(30)
                  .map(Observer::text)
                  .collect(Collectors.joining("\n", "", "\n"));
      event.commit();
    }
    String place = site(trace);
    Site site = sites.computeIfAbsent(sites.size() < 1000 ? place : "elsewhere", p -> new Site());
    site.count++;
    Instant now = Instant.now();
    if (site.lastLine.isBefore(now.minus(LINE_EVERY))) {
      site.lastLine = now;
      LOG.log(
          Level.INFO,
          "overtake-agent: thread {0} {1} for {2} ms at {3} while all carriers were occupied and"
              + " up to {4} threads waited [{5} seen at this place]",
          thread,
          computing ? "computed" : "was blocked, pinned,",
          age.toMillis(),
          place,
          queued,
          site.count);
    }
  }

  /** The first frame that is not the JDK's own, else the first. */
  private static String site(@Nullable RecordedStackTrace trace) {
    if (trace == null || trace.getFrames().isEmpty()) {
      return "an unknown place";
    }
    return trace.getFrames().stream()
        .filter(frame -> !frame.getMethod().getType().getName().matches("(java|jdk|sun)\\..*"))
        .findFirst()
        .map(Observer::text)
        .orElseGet(() -> text(trace.getFrames().getFirst()));
  }

  private static String text(RecordedFrame frame) {
    return frame.getMethod().getType().getName()
        + "."
        + frame.getMethod().getName()
        + ":"
        + frame.getLineNumber();
  }

  @Override
  public void close() {
    stopped = true;
    LockSupport.unpark(this);
  }
}
