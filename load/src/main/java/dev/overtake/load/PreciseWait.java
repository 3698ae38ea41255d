// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.channels.Selector;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Waits until a selector has something ready, or for a time told in nanoseconds, where the
 * selector's own waits are whole milliseconds.
 *
 * <p>Linux only, and with native access for this module. Belongs to the selector's thread.
 */
final class PreciseWait {
  /*
   * A selector's epoll can itself be waited for, by ppoll, which is as precise as the system's timers.
   * The JDK does not tell the epoll's file number, but a selector can be rung: the right file is the
   * one that is ready after each wakeup() and at rest after each selectNow().
   */
  private static final Path FILES = Path.of("/proc/self/fd");
  private static final String EPOLL = "anon_inode:[eventpoll]";
  private static final int RINGS = 3;
  private static final short POLLIN = 1;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private static final @Nullable MethodHandle PPOLL = ppoll();

  private final MemorySegment polled = Arena.ofAuto().allocate(8, 4);
  private final MemorySegment timeout = Arena.ofAuto().allocate(JAVA_LONG, 2);

  private PreciseWait(int file) {
    polled.set(JAVA_INT, 0, file);
    polled.set(JAVA_SHORT, 4, POLLIN);
  }

  /**
   * Returns what waits for a selector, or null where there is no such thing.
   *
   * @param selector an open one to which nothing has been registered
   */
  static @Nullable PreciseWait of(Selector selector) throws IOException {
    if (PPOLL == null || !Files.isDirectory(FILES)) {
      return null;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(FILES)) {
      for (Path file : files) {
        if (isEpoll(file)) {
          var wait = new PreciseWait(Integer.parseInt(file.getFileName().toString()));
          if (wait.follows(selector)) {
            return wait;
          }
        }
      }
    }
    return null;
  }

  private static @Nullable MethodHandle ppoll() {
    if (!PreciseWait.class.getModule().isNativeAccessEnabled()) {
      return null; // to ask for it all the same would print a warning
    }
    Linker linker = Linker.nativeLinker();
    return linker
        .defaultLookup()
        .find("ppoll")
        .map(address ->
            linker.downcallHandle(
                address, FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS)))
        .orElse(null);
  }

  private static boolean isEpoll(Path file) {
    try {
      return Files.readSymbolicLink(file).toString().equals(EPOLL);
    } catch (IOException _) {
      return false; // closed meanwhile
    }
  }

  private boolean follows(Selector selector) throws IOException {
    for (int i = 0; i < RINGS; i++) {
      selector.wakeup();
      boolean rung = await(0);
      int ignored = selector.selectNow();
      if (!rung || await(0)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Waits until something is ready or the time is over; may return early for no reason. What was
   * registered since the selector last looked is not waited for.
   *
   * @return whether something is ready
   */
  boolean await(long nanos) {
    timeout.setAtIndex(JAVA_LONG, 0, nanos / NANOS_PER_SECOND);
    timeout.setAtIndex(JAVA_LONG, 1, nanos % NANOS_PER_SECOND);
    try {
      return (int)
              Objects.requireNonNull(PPOLL).invokeExact(polled, 1L, timeout, MemorySegment.NULL)
          > 0;
    } catch (Throwable e) {
      throw new IllegalStateException("ppoll throws nothing", e);
    }
  }
}
