// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.management.ListenerNotFoundException;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Watches the generator, lap by lap: its thread's CPU time and wait for a processor, and the pauses
 * of its JVM's collector.
 *
 * <p>Belongs to the thread that created it, which is the one it watches.
 */
final class HealthWatch implements AutoCloseable {
  private static final double SATURATED_SHARE = 0.95;
  private static final double LATE_MICROS = 500;
  private static final double NOTEWORTHY_WAIT_SHARE = 0.1;
  private static final long NOTEWORTHY_ABSENCE_NANOS = 10_000_000;

  // Nanoseconds on a processor, nanoseconds ready and waiting for one, number of slices.
  private static final Path SCHEDULER_STATISTICS = Path.of("/proc/thread-self/schedstat");

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final Pauses pauses = new Pauses();
  private final List<NotificationEmitter> collectors;
  private long lapNanos;
  private long lapCpuNanos;
  private @Nullable Long lapWaitNanos;
  private long longestAbsenceNanos;

  HealthWatch() {
    collectors =
        ManagementFactory.getGarbageCollectorMXBeans().stream()
            .filter(HealthWatch::reportsPauses)
            .map(NotificationEmitter.class::cast)
            .toList();
    collectors.forEach(collector -> collector.addNotificationListener(pauses, null, null));
    lap();
  }

  // Collectors that work beside the program report their cycles as well as their pauses.
  private static boolean reportsPauses(GarbageCollectorMXBean collector) {
    return collector instanceof NotificationEmitter && !collector.getName().endsWith("Cycles");
  }

  /** Ends a lap and begins the next one. */
  Lap lap() {
    long now = System.nanoTime();
    long cpu = threads.getCurrentThreadCpuTime();
    Long wait = waitNanos();
    Long waited = wait == null || lapWaitNanos == null ? null : Long.valueOf(wait - lapWaitNanos);
    Lap lap = pauses.lap(now - lapNanos, cpu - lapCpuNanos, waited, longestAbsenceNanos);
    longestAbsenceNanos = 0;
    lapNanos = now;
    lapCpuNanos = cpu;
    lapWaitNanos = wait;
    return lap;
  }

  /** Notes that the thread comes to something planned, so much later than planned. */
  void cameLate(long nanos) {
    longestAbsenceNanos = Math.max(longestAbsenceNanos, nanos);
  }

  private static @Nullable Long waitNanos() {
    try {
      return Long.valueOf(Files.readString(SCHEDULER_STATISTICS).split(" ", -1)[1]);
    } catch (IOException _) {
      return null; // not Linux, or its kernel does not count this
    }
  }

  @Override
  public void close() {
    for (NotificationEmitter collector : collectors) {
      try {
        collector.removeNotificationListener(pauses);
      } catch (ListenerNotFoundException e) {
        throw new IllegalStateException("added by the constructor, removed only here", e);
      }
    }
  }

  /** A stretch of the run. */
  record Lap(
      long nanos,
      long cpuNanos,
      @Nullable Long waitNanos,
      long longestAbsenceNanos,
      long pauses,
      long pauseMillis,
      long longestPauseMillis) {
    double cpuShare() {
      return nanos == 0 ? 0 : (double) cpuNanos / nanos;
    }

    private @Nullable Double waitShare() {
      return waitNanos == null ? null : Double.valueOf((double) waitNanos / Math.max(1, nanos));
    }

    Lap plus(Lap other) {
      return new Lap(
          nanos + other.nanos,
          cpuNanos + other.cpuNanos,
          waitNanos == null || other.waitNanos == null
              ? null
              : Long.valueOf(waitNanos + other.waitNanos),
          Math.max(longestAbsenceNanos, other.longestAbsenceNanos),
          pauses + other.pauses,
          pauseMillis + other.pauseMillis,
          Math.max(longestPauseMillis, other.longestPauseMillis));
    }

    private GeneratorHealth health(
        @Nullable Double lateSendP99Micros, boolean saturated, String verdict) {
      return new GeneratorHealth(
          nanos / 1e9,
          cpuShare(),
          waitShare(),
          longestAbsenceNanos / 1e6,
          pauses,
          pauseMillis,
          longestPauseMillis,
          lateSendP99Micros,
          saturated,
          verdict + troubles());
    }

    private String troubles() {
      var troubles = new StringBuilder();
      Double share = waitShare();
      if (share != null && share >= NOTEWORTHY_WAIT_SHARE) {
        troubles.append(
            String.format(
                Locale.ROOT, "; it waited for a processor %.0f%% of the time", share * 100));
      }
      if (longestAbsenceNanos >= NOTEWORTHY_ABSENCE_NANOS) {
        troubles.append(
            String.format(Locale.ROOT, "; once it was %.0f ms late", longestAbsenceNanos / 1e6));
      }
      return troubles.toString();
    }
  }

  /** Judges a closed loop by the lap in which it was busiest. */
  static GeneratorHealth closedLoop(List<Lap> laps) {
    double share = laps.stream().mapToDouble(Lap::cpuShare).max().orElse(0);
    boolean saturated = share >= SATURATED_SHARE;
    String verdict =
        String.format(
            Locale.ROOT,
            "the generator's thread used %.0f%% of a core%s, %s %.0f%%",
            share * 100,
            laps.size() > 1 ? " in its busiest phase" : "",
            saturated ? "so it was the limit: at least" : "so it kept up: below",
            SATURATED_SHARE * 100);
    return laps.stream().reduce(Lap::plus).orElseThrow().health(null, saturated, verdict);
  }

  /** Judges an open loop by how late its requests left, and by whether it ever rested. */
  static GeneratorHealth openLoop(Lap lap, Histogram lateNanos) {
    double p99Micros = lateNanos.getValueAtPercentile(99) / 1e3;
    Double waitShare = lap.waitShare();
    double busyShare = lap.cpuShare() + (waitShare == null ? 0 : waitShare);
    boolean late = p99Micros > LATE_MICROS;
    boolean restless = busyShare >= SATURATED_SHARE;
    String verdict =
        String.format(
            Locale.ROOT,
            "99%% of the sends that only the generator could delay left within %.0f µs of their"
                + " time (limit %.0f), its thread was busy %.0f%% of the time (limit %.0f%%), %s",
            p99Micros,
            LATE_MICROS,
            busyShare * 100,
            SATURATED_SHARE * 100,
            late || restless ? "so it was the limit" : "so it kept up");
    return lap.health(p99Micros, late || restless, verdict);
  }

  /** Counts pauses as the JVM's notification thread tells them. */
  private static final class Pauses implements NotificationListener {
    // All three are guarded by this: written by the notification thread, read at the end of a lap.
    private long count;
    private long millis;
    private long longestMillis;

    @Override
    public synchronized void handleNotification(
        Notification notification, @Nullable Object handback) {
      if (notification
          .getType()
          .equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)) {
        long duration =
            GarbageCollectionNotificationInfo.from((CompositeData) notification.getUserData())
                .getGcInfo()
                .getDuration();
        count++;
        millis += duration;
        longestMillis = Math.max(longestMillis, duration);
      }
    }

    synchronized Lap lap(
        long nanos, long cpuNanos, @Nullable Long waitNanos, long longestAbsenceNanos) {
      var lap =
          new Lap(nanos, cpuNanos, waitNanos, longestAbsenceNanos, count, millis, longestMillis);
      count = 0;
      millis = 0;
      longestMillis = 0;
      return lap;
    }
  }
}
