// SPDX-License-Identifier: Apache-2.0
package dev.overtake.live;

import com.sun.management.OperatingSystemMXBean;
import dev.overtake.load.SteadyLoad;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Puts what all acts have measured into frames, and tells the audience. Each frame and each state
 * is written once, however many watch.
 *
 * <p>One thread, {@code reporter}; {@link #history} is for any thread.
 */
final class Reporter implements AutoCloseable {
  /* The loads' moments end together; a little later all have been told. */
  private static final long AFTER_MOMENT_NANOS = 60_000_000;
  private static final long MOMENT_NANOS = Act.MOMENT.toNanos();
  private static final int MOMENTS_PER_SECOND =
      (int) (Duration.ofSeconds(1).toNanos() / MOMENT_NANOS);
  static final int KEPT_FRAMES = 600 * MOMENTS_PER_SECOND;

  private final Show show;
  private final Audience audience;
  private final Duration linger;
  private final Runnable nobodyLeft;
  private final Thread thread = Thread.ofPlatform().daemon().name("reporter").unstarted(this::run);
  private volatile boolean closed; // written by close(), ends the thread

  private final ArrayDeque<Kept> kept = new ArrayDeque<>(); // guarded by itself

  // The thread's alone.
  private final long beganNanos = System.nanoTime();
  private final Costs costs;
  private long frames;
  private byte[] lastState = {};

  private static final class Kept {
    final long seq;
    final byte[] json;

    Kept(long seq, byte[] json) {
      this.seq = seq;
      this.json = json;
    }
  }

  Reporter(Show show, Audience audience, Duration linger, Runnable nobodyLeft) {
    this.show = show;
    this.audience = audience;
    this.linger = linger;
    this.nobodyLeft = nobodyLeft;
    costs = new Costs();
  }

  void start() {
    thread.start();
  }

  /** The frames of the last ten minutes after that one, as a JSON array. */
  byte[] history(long after) {
    List<byte[]> wanted;
    synchronized (kept) {
      wanted = kept.stream().filter(frame -> frame.seq > after).map(frame -> frame.json).toList();
    }
    int length = wanted.stream().mapToInt(frame -> frame.length + 1).sum() + 2;
    byte[] all = new byte[length];
    int end = 0;
    all[end++] = '[';
    for (byte[] frame : wanted) {
      if (end > 1) {
        all[end++] = ',';
      }
      System.arraycopy(frame, 0, all, end, frame.length);
      end += frame.length;
    }
    all[end++] = ']';
    return Arrays.copyOf(all, end);
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }

  private void run() {
    while (!closed) {
      long now = System.nanoTime();
      long due = now + MOMENT_NANOS - Math.floorMod(now - AFTER_MOMENT_NANOS, MOMENT_NANOS);
      while (!closed && due - System.nanoTime() > 0) {
        LockSupport.parkNanos(this, due - System.nanoTime());
      }
      if (!closed) {
        tell();
      }
      if (audience.goneFor(linger.toNanos())) {
        nobodyLeft.run();
      }
    }
  }

  private void tell() {
    frames++;
    List<Act> acts = show.acts();
    Map<String, Frame.Lane> lanes = new LinkedHashMap<>();
    for (Act act : acts) {
      Frame.Lane lane = lane(act.takeMoments());
      if (lane != null) {
        lanes.put(act.contestant().name(), lane);
      }
    }
    Frame frame =
        new Frame(
            frames,
            Math.round((System.nanoTime() - beganNanos) / 1e7) / 1e2,
            show.setup().hogs(),
            lanes,
            show.takeMarks(),
            frames % MOMENTS_PER_SECOND == 0 ? costs.sinceLast(acts) : null);
    byte[] json = Json.bytes(frame);
    synchronized (kept) {
      kept.addLast(new Kept(frames, json));
      if (kept.size() > KEPT_FRAMES) {
        kept.removeFirst();
      }
    }
    audience.tellFrame(event("frame", json));
    byte[] state = Json.bytes(State.of(show.setup(), acts));
    if (!Arrays.equals(state, lastState)) {
      lastState = state;
      audience.tellState(event("state", state));
    }
  }

  private static byte[] event(String name, byte[] json) {
    byte[] head = ("event: " + name + "\ndata: ").getBytes(StandardCharsets.US_ASCII);
    byte[] event = Arrays.copyOf(head, head.length + json.length + 2);
    System.arraycopy(json, 0, event, head.length, json.length);
    event[event.length - 2] = '\n';
    event[event.length - 1] = '\n';
    return event;
  }

  /** Several moments as one, when a load was late; null if there is none. */
  private static Frame.@Nullable Lane lane(List<SteadyLoad.Moment> moments) {
    if (moments.isEmpty()) {
      return null;
    }
    SteadyLoad.Moment last = moments.getLast();
    double seconds = moments.stream().mapToDouble(SteadyLoad.Moment::seconds).sum();
    long requests = moments.stream().mapToLong(SteadyLoad.Moment::requests).sum();
    long longs = moments.stream().mapToLong(SteadyLoad.Moment::hogsAnswered).sum();
    double stall =
        moments.stream().mapToDouble(SteadyLoad.Moment::longestStallMillis).max().orElse(0);
    return new Frame.Lane(
        rounded(requests / seconds),
        rounded(last.latencies().p50Micros()),
        rounded(last.latencies().p99Micros()),
        rounded(last.latencies().maxMicros()),
        rounded(stall),
        last.open(),
        last.waiting(),
        rounded(longs / seconds),
        rounded(last.lastHogMillis()),
        last.failures().total());
  }

  private static double rounded(double value) {
    return Math.round(value * 10) / 10.0;
  }

  /**
   * What all viewers see of the set-up.
   *
   * @param setup what runs
   * @param acts how each is
   */
  record State(Setup setup, List<One> acts) {
    /**
     * One act.
     *
     * @param name whose
     * @param state starting, running or ended
     * @param note more about that; may be empty
     * @param pid its process; 0 if there is none
     * @param culprit who overstayed last, then its stack; empty if nobody has
     */
    record One(String name, String state, String note, long pid, List<String> culprit) {}

    static State of(Setup setup, List<Act> acts) {
      return new State(setup, acts.stream().map(State::one).toList());
    }

    private static One one(Act act) {
      FiguresLine.Figures figures = act.figures();
      return new One(
          act.contestant().name(),
          act.state().name().toLowerCase(Locale.ROOT),
          act.note(),
          act.pid(),
          figures == null ? List.of() : figures.culprit());
    }
  }

  /**
   * What this process and the servers cost. The system counts CPU time in steps of a clock tick, so
   * shares of this process are of the last ten seconds.
   */
  private final class Costs {
    private static final int READINGS = 11;

    private final OperatingSystemMXBean process =
        Objects.requireNonNull(ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class));
    private final List<GarbageCollectorMXBean> collectors =
        ManagementFactory.getGarbageCollectorMXBeans();
    private final ArrayDeque<Reading> readings = new ArrayDeque<>();

    private record Reading(long nanos, long cpuNanos, long generatorNanos, long pauseMillis) {}

    Costs() {
      readings.add(read());
    }

    Frame.Costs sinceLast(List<Act> acts) {
      Reading last = readings.getLast();
      Reading now = read();
      readings.addLast(now);
      if (readings.size() > READINGS) {
        readings.removeFirst();
      }
      Reading first = readings.getFirst();
      double seconds = (now.nanos - first.nanos) / 1e9;
      double all = (now.cpuNanos - first.cpuNanos) / 1e9 / seconds;
      double generators = Math.max(0, (now.generatorNanos - first.generatorNanos) / 1e9 / seconds);
      Map<String, Frame.Server> servers = new LinkedHashMap<>();
      for (Act act : acts) {
        Frame.Server cost = act.cost((now.nanos - last.nanos) / 1e9);
        if (cost != null) {
          servers.put(act.contestant().name(), cost);
        }
      }
      return new Frame.Costs(
          servers,
          Math.max(0, all - generators),
          generators,
          now.pauseMillis - first.pauseMillis,
          audience.size(),
          audience.dropped());
    }

    private Reading read() {
      return new Reading(
          System.nanoTime(),
          process.getProcessCpuTime(),
          show.generatorCpu().toNanos(),
          collectors.stream()
              .mapToLong(GarbageCollectorMXBean::getCollectionTime)
              .filter(millis -> millis > 0)
              .sum());
    }
  }
}
