// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Tells who overstayed: one log line per culprit's site and minute, and flight recorder events.
 *
 * <p>A thread of its own, because to see a running thread's stack is to wait until it reaches a
 * safepoint, and a demoted one may take long. It looks at few hand-offs a second and drops the
 * rest: the counters count them all.
 */
final class Witness extends Thread implements EventLoops.OverstayListener {
  private static final System.Logger LOG = System.getLogger(Scheduler.class.getName());
  private static final boolean FLIGHT_RECORDER =
      ModuleLayer.boot().findModule("jdk.jfr").isPresent();
  private static final int TRACES_PER_SECOND = 5; // half a millisecond of a processor each
  private static final long LINE_EVERY_NANOS = 60_000_000_000L;
  private static final int SITES = 1000;
  private static final int TOLD_FRAMES = 30;

  private final String schedulerName;
  private final long quantumNanos;
  private final ArrayBlockingQueue<Object> seen = new ArrayBlockingQueue<>(16);
  private final AtomicLong falseAlarms = new AtomicLong();
  private final AtomicLong overstaysEnded = new AtomicLong();
  private final AtomicLong endedSoon = new AtomicLong();
  private final Map<String, Site> sites = new HashMap<>(); // this thread's alone
  private volatile String lastCulprit = ""; // written by this thread, read by whoever asks
  private long secondBegan; // the watchdog's alone, as the next one
  private int tracesThisSecond;

  private static final class Site {
    long count;
    long lastLineNanos;
  }

  Witness(String schedulerName, long quantumNanos) {
    super(null, null, schedulerName + "-witness", 0, false);
    this.schedulerName = schedulerName;
    this.quantumNanos = quantumNanos;
    setDaemon(true);
  }

  long falseAlarms() {
    return falseAlarms.get();
  }

  /** How many slices have ended that computed and were handed off. */
  long overstaysEnded() {
    return overstaysEnded.get();
  }

  /** How many of them took no more than {@link Patience#MORE_QUANTA} after it. */
  long endedSoon() {
    return endedSoon.get();
  }

  /** A line about the thread that overstayed last, and its stack; empty if none has been seen. */
  String lastCulprit() {
    return lastCulprit;
  }

  /** Called by the watchdog; never waits. */
  void handedOff(Overstay overstay) {
    if (overstay.handoffNanos() - secondBegan > 1_000_000_000L) {
      secondBegan = overstay.handoffNanos();
      tracesThisSecond = 0;
    }
    if (tracesThisSecond < TRACES_PER_SECOND && seen.offer(overstay)) {
      tracesThisSecond++;
    }
  }

  /** Called by the watchdog; never waits. */
  void warn(String line) {
    boolean ignored = seen.offer(line);
  }

  @Override
  public void run() {
    try {
      while (true) {
        Object next = seen.take();
        if (next instanceof Overstay overstay) {
          tell(overstay);
        } else {
          LOG.log(Level.WARNING, "{0}", next);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the scheduler is closed
    }
  }

  private void tell(Overstay overstay) {
    Thread thread = JdkInternals.threadOf(overstay.continuation());
    StackTraceElement[] trace = thread == null ? new StackTraceElement[0] : thread.getStackTrace();
    if (FLIGHT_RECORDER) {
      Recorder.handoff(overstay, nameOf(thread), trace);
    }
    if (trace.length == 0) {
      return; // it has ended meanwhile; there is no site to name
    }
    lastCulprit =
        "%s %s for %d µs\n%s"
            .formatted(
                nameOf(thread),
                overstay.computing() ? "computed" : "was blocked",
                (overstay.handoffNanos() - overstay.startNanos()) / 1000,
                text(trace));
    String place = site(trace);
    boolean known = sites.size() < SITES || sites.containsKey(place);
    Site site = sites.computeIfAbsent(known ? place : "elsewhere", p -> new Site());
    site.count++;
    if (site.count == 1 || overstay.handoffNanos() - site.lastLineNanos > LINE_EVERY_NANOS) {
      site.lastLineNanos = overstay.handoffNanos();
      LOG.log(
          Level.INFO,
          "{0}: thread {1} {2} past its quantum at {3} ({4} µs, {5} waiting); its loop was handed off"
              + " [{6} seen at this place]",
          schedulerName,
          nameOf(thread),
          overstay.computing() ? "computed" : "was blocked",
          place,
          (overstay.handoffNanos() - overstay.startNanos()) / 1000,
          overstay.queued(),
          site.count);
    }
  }

  private static String text(StackTraceElement[] trace) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < Math.min(trace.length, TOLD_FRAMES); i++) {
      text.append(trace[i]).append('\n');
    }
    return text.toString();
  }

  /** The first frame that is not the JDK's own, else the first. */
  private static String site(StackTraceElement[] trace) {
    for (StackTraceElement frame : trace) {
      String name = frame.getClassName();
      if (!name.startsWith("java.") && !name.startsWith("jdk.") && !name.startsWith("sun.")) {
        return frame.toString();
      }
    }
    return trace[0].toString();
  }

  private static String nameOf(@Nullable Thread thread) {
    if (thread == null) {
      return "unknown";
    }
    return thread.getName().isEmpty() ? "#" + thread.threadId() : thread.getName();
  }

  @Override
  public void ended(Overstay overstay, long cpuNanos) {
    long after = cpuNanos < 0 || overstay.cpuNanos() < 0 ? -1 : cpuNanos - overstay.cpuNanos();
    if (overstay.computing() && after >= 0) {
      overstaysEnded.incrementAndGet();
      if (after < quantumNanos / 10) {
        falseAlarms.incrementAndGet();
      }
      if (after < Patience.MORE_QUANTA * quantumNanos) {
        endedSoon.incrementAndGet();
      }
    }
    if (FLIGHT_RECORDER) {
      Recorder.overstay(overstay, after);
    }
  }

  /** Apart, so that a runtime without the flight recorder never loads the events. */
  private static final class Recorder {
    static void handoff(Overstay overstay, String thread, StackTraceElement[] trace) {
      HandoffEvent event = new HandoffEvent();
      if (event.shouldCommit()) {
        event.thread = thread;
        event.loop = overstay.loop();
        event.computing = overstay.computing();
        event.age = overstay.handoffNanos() - overstay.startNanos();
        event.queued = overstay.queued();
        event.culprit = text(trace);
        event.commit();
      }
    }

    static void overstay(Overstay overstay, long cpuAfterHandoff) {
      OverstayEvent event = new OverstayEvent();
      if (event.shouldCommit()) {
        event.thread = nameOf(JdkInternals.threadOf(overstay.continuation()));
        event.loop = overstay.loop();
        event.computing = overstay.computing();
        event.wall = System.nanoTime() - overstay.startNanos();
        event.cpuAfterHandoff = cpuAfterHandoff;
        event.commit();
      }
    }
  }
}
