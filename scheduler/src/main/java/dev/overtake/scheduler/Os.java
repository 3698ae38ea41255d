// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * What the watchdog asks of the operating system about a carrier, and does to it.
 *
 * <p>The base class is the system about which nothing is known: no CPU time, no demotion, no native
 * poller. Hand-offs then go by the wall clock alone.
 */
class Os {
  private static final Os CURRENT = detect();

  static Os current() {
    return CURRENT;
  }

  private static Os detect() {
    if (Boolean.getBoolean("overtake.portable")) {
      return new Os();
    }
    try {
      return Linux.gettid() > 0 ? new LinuxOs() : new Os();
    } catch (LinkageError | RuntimeException e) {
      // Not Linux, an unknown processor, or native access refused.
      System.getLogger(Scheduler.class.getName())
          .log(
              System.Logger.Level.INFO,
              "no native calls here ({0}): hand-offs go by wall clock, nothing is demoted, sockets"
                  + " use the JDK''s poller; on Linux pass"
                  + " --enable-native-access=dev.overtake.scheduler",
              String.valueOf(e instanceof ExceptionInInitializerError i ? i.getCause() : e));
      return new Os();
    }
  }

  /** Whether sockets can wait in a poller of our own. */
  boolean nativePoller() {
    return false;
  }

  /**
   * Starts a thread.
   *
   * @throws OutOfMemoryError if the system gives no more threads
   */
  void start(Thread thread) {
    thread.start();
  }

  /** The calling thread's number, or 0. */
  int threadId() {
    return 0;
  }

  /** CPU time of a live thread in nanoseconds, or -1 where it is not known. */
  long cpuNanos(int threadId) {
    return -1;
  }

  /** Whether a thread waits for something other than a processor. */
  boolean blocked(int threadId) {
    return false;
  }

  /** Does beforehand what would make the first {@link #demote} take milliseconds. */
  void getReadyToDemote() {}

  /** Lowers a thread for good; false if the system refused or cannot. */
  boolean demote(int threadId, Demotion demotion) {
    return false;
  }

  /** How many processors this process may use, or 0 where that is not known. */
  int processors() {
    return 0;
  }

  /** Lets a live thread run on one of these processors only, counted from 0. */
  void bind(int threadId, int processor) {}

  /** Lets a live thread run on all of them again. */
  void unbind(int threadId) {}

  /** The alarms of so many loops. */
  Alarms alarms(int loops) throws IOException {
    return new Alarms.Parked(loops);
  }

  /** Lets the calling thread be woken and switched to quickly; an unheeded wish does no harm. */
  void askForQuickTurns(int threadId) {}

  private static final class LinuxOs extends Os {
    /*
     * EEVDF gives a woken thread the processor at once only if its deadline is the earlier one, and a
     * deadline is one slice away: hence short slices for loops and watchdog. Demoted carriers must not
     * keep theirs, or a loop that wakes waits for their turns, one after the other; nor may theirs be
     * very long, or they are paid back what they are owed in a run that nothing interrupts. See decision 0005.
     */
    private static final long SHORT_SLICE_NANOS = 100_000;
    private static final long DEMOTED_SLICE_NANOS = 3_000_000;

    private final int nice = Linux.niceValue(); // of the process

    @Override
    boolean nativePoller() {
      return true;
    }

    @Override
    int threadId() {
      return Linux.gettid();
    }

    @Override
    long cpuNanos(int threadId) {
      return Linux.threadCpuNanos(threadId);
    }

    @Override
    boolean blocked(int threadId) {
      // "12 (name) S …": the name may itself hold parentheses, so look from the last one.
      try (InputStream in = new FileInputStream("/proc/self/task/" + threadId + "/stat")) {
        String stat = new String(in.readNBytes(100), java.nio.charset.StandardCharsets.ISO_8859_1);
        int close = stat.lastIndexOf(')');
        char state = close >= 0 && close + 2 < stat.length() ? stat.charAt(close + 2) : 'R';
        return state == 'S' || state == 'D';
      } catch (IOException e) {
        return false; // the thread has just ended
      }
    }

    @Override
    void getReadyToDemote() {
      int ignored = YieldSignal.number();
    }

    @Override
    boolean demote(int threadId, Demotion demotion) {
      return switch (demotion) {
        case NONE -> true;
        case NICE_5 -> lower(threadId, 5);
        case NICE_10 -> lower(threadId, 10);
        case NICE_19 -> lower(threadId, 19);
        case IDLE -> lower(threadId, 19) && Linux.schedIdle(threadId);
      };
    }

    /** An older kernel knows no slices: then with the one that all have. */
    private static boolean lower(int threadId, int nice) {
      // First, because the calling thread may lose its processor to that one in the next call.
      YieldSignal.send(threadId);
      return Linux.niceAndSlice(threadId, nice, DEMOTED_SLICE_NANOS) || Linux.nice(threadId, nice);
    }

    @Override
    int processors() {
      return Affinity.processors();
    }

    @Override
    void bind(int threadId, int processor) {
      Affinity.bind(threadId, processor);
    }

    @Override
    void unbind(int threadId) {
      Affinity.unbind(threadId);
    }

    @Override
    Alarms alarms(int loops) throws IOException {
      return new TimerAlarms(loops);
    }

    @Override
    void askForQuickTurns(int threadId) {
      boolean ignored = Linux.niceAndSlice(threadId, nice, SHORT_SLICE_NANOS);
      Linux.timerSlack(1); // the kernel's default lets a timed wait be 50 µs late
    }
  }
}
