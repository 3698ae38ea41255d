// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A thread of this process as Linux knows it. Elsewhere, and where native access is refused, there
 * is {@link #UNKNOWN}, which tells nothing and is never lowered.
 *
 * @param id its number; 0 if it is not known
 */
record OsThread(int id) {
  static final OsThread UNKNOWN = new OsThread(0);

  /** To a tenth of the weight. */
  private static final int LOWER_BY = 10;

  private static final int LOWEST = 19;
  private static final int PRIO_PROCESS = 0;

  /** Returns the calling thread. */
  static OsThread current() {
    try {
      Path self = Files.readSymbolicLink(Path.of("/proc/thread-self"));
      return new OsThread(Integer.parseInt(self.getFileName().toString()));
    } catch (IOException | UnsupportedOperationException e) {
      log("this system does not number its threads", e);
      return UNKNOWN;
    }
  }

  /** Returns the nanoseconds of processor time it has used, or -1 where that is not known. */
  long cpuNanos() {
    if (this.equals(UNKNOWN)) {
      return -1;
    }
    try {
      String used = Files.readString(Path.of("/proc/self/task/" + id + "/schedstat"), US_ASCII);
      return Long.parseLong(used.substring(0, used.indexOf(' ')));
    } catch (IOException e) {
      log("this system does not tell a thread's processor time", e);
      return -1;
    }
  }

  /** Whether threads can be lowered here. The first call takes tens of milliseconds. */
  static boolean canLower() {
    return Native.LINKED != null;
  }

  /**
   * Lowers its priority: a tenth of the weight, or the lowest there is. Most users may not raise it
   * again.
   *
   * @return whether the system has done so
   */
  boolean lower() {
    Native linked = Native.LINKED;
    if (this.equals(UNKNOWN) || linked == null) {
      return false;
    }
    int nice = Math.min(LOWEST, linked.nice(id) + LOWER_BY);
    return linked.setNice(id, nice);
  }

  private record Native(MethodHandle getPriority, MethodHandle setPriority) {
    static final @Nullable Native LINKED = link();

    private static @Nullable Native link() {
      try {
        Linker linker = Linker.nativeLinker();
        SymbolLookup libc = linker.defaultLookup();
        return new Native(
            linker.downcallHandle(
                libc.findOrThrow("getpriority"),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT)),
            linker.downcallHandle(
                libc.findOrThrow("setpriority"),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT)));
      } catch (LinkageError | RuntimeException e) {
        log("no native access: long tasks keep their priority", e);
        return null;
      }
    }

    int nice(int id) {
      try {
        return (int) getPriority.invokeExact(PRIO_PROCESS, id);
      } catch (Throwable e) {
        throw new AssertionError("a native call throws nothing", e);
      }
    }

    boolean setNice(int id, int nice) {
      try {
        return (int) setPriority.invokeExact(PRIO_PROCESS, id, nice) == 0;
      } catch (Throwable e) {
        throw new AssertionError("a native call throws nothing", e);
      }
    }
  }

  private static void log(String what, Throwable why) {
    System.getLogger(ProcessPool.class.getName()).log(DEBUG, "process pool: " + what, why);
  }
}
