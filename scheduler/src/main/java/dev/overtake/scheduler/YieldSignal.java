// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Makes a thread of this process let others run, as soon as it has a processor: a signal whose
 * handler is the C library's {@code sched_yield}.
 *
 * <p>A thread is lowered by two system calls, and at each of them the kernel chooses anew who runs.
 * If it owes the lowered thread some time it takes that one, and keeps to it until the next tick,
 * while the watchdog has not yet woken who takes over: up to 4 ms. A thread that yields on Linux
 * 6.18 forfeits what it is owed. See decision 0013.
 */
final class YieldSignal {
  /*
   * One of the real-time signals that nobody has a handler for; the lowest are the C library's, one of
   * the highest is the JDK's. The handler runs on top of whatever the thread does: it takes no lock and
   * leaves errno alone. A system call that waits begins again by itself (SA_RESTART), but for those
   * that never do, which the JDK repeats.
   */
  private static final int FIRST_CANDIDATE = 50;
  private static final int LAST_CANDIDATE = 40;
  private static final int SA_RESTART = 0x1000_0000;

  // struct sigaction: handler, 128 bytes of mask, flags, restorer.
  private static final int ACTION_BYTES = 152;
  private static final int FLAGS_OFFSET = 136;

  private static final MethodHandle SIGACTION =
      Linux.link("sigaction", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
  private static final MethodHandle TGKILL =
      Linux.link(
          "syscall",
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT),
          Linker.Option.critical(true),
          Linker.Option.firstVariadicArg(1));

  private static final int PROCESS = (int) ProcessHandle.current().pid();
  private static final int NUMBER = install();

  private YieldSignal() {}

  /** Its number, or 0 if there is none; the first call takes milliseconds. */
  static int number() {
    return NUMBER;
  }

  /** Makes a live thread yield, if there is a signal for it. Never waits. */
  static void send(int threadId) {
    if (NUMBER == 0) {
      return;
    }
    try {
      long ignored = (long) TGKILL.invokeExact(Linux.SYS_TGKILL, PROCESS, threadId, NUMBER);
    } catch (Throwable e) {
      throw Linux.rethrow(e);
    }
  }

  private static int install() {
    MemorySegment handler = Linker.nativeLinker().defaultLookup().findOrThrow("sched_yield");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment found = arena.allocate(ACTION_BYTES, 8);
      MemorySegment ours = arena.allocate(ACTION_BYTES, 8);
      ours.set(ADDRESS, 0, handler);
      ours.set(JAVA_INT, FLAGS_OFFSET, SA_RESTART);
      for (int number = FIRST_CANDIDATE; number >= LAST_CANDIDATE; number--) {
        if (sigaction(number, MemorySegment.NULL, found)
            && found.get(ADDRESS, 0).equals(MemorySegment.NULL)
            && sigaction(number, ours, MemorySegment.NULL)) {
          return number;
        }
      }
      return 0;
    }
  }

  private static boolean sigaction(int number, MemorySegment set, MemorySegment old) {
    try {
      return (int) SIGACTION.invokeExact(number, set, old) == 0;
    } catch (Throwable e) {
      throw Linux.rethrow(e);
    }
  }
}
