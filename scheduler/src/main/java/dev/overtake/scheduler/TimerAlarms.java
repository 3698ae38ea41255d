// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Alarms by the kernel's timers, one for each loop: an alarm that is put off in time wakes nobody.
 */
final class TimerAlarms extends OpenFile implements Alarms {
  private static final int READY_OFFSET = 6; // behind the file's number and what is asked

  private final int[] timers; // by loop
  private final int rings; // an eventfd
  // The watchdog's: all timers, then the rings, as ppoll wants them.
  private final MemorySegment polled;
  private final MemorySegment timeout = Arena.ofAuto().allocate(JAVA_LONG, 2);

  TimerAlarms(int loops) throws IOException {
    int[] opened = new int[loops + 1];
    int count = 0;
    try {
      while (count < loops) {
        opened[count] = Linux.timer();
        count++;
      }
      opened[loops] = Linux.eventfd();
    } catch (IOException e) {
      for (int i = 0; i < count; i++) {
        Linux.close(opened[i]);
      }
      throw e;
    }
    timers = Arrays.copyOf(opened, loops);
    rings = opened[loops];
    polled = Arena.ofAuto().allocate((long) opened.length * Linux.POLLED_FILE_BYTES, 8);
    for (int i = 0; i < opened.length; i++) {
      polled.set(JAVA_INT, at(i), opened[i]);
      polled.set(JAVA_SHORT, at(i) + 4, Linux.POLLIN);
    }
  }

  private static long at(int file) {
    return (long) file * Linux.POLLED_FILE_BYTES;
  }

  @Override
  public void set(int loop, long nanos) {
    if (enter()) {
      Linux.setTimer(timers[loop], nanos);
      leave();
    }
  }

  @Override
  public void await(long nanos) {
    if (!enter()) {
      return;
    }
    MemorySegment limit = MemorySegment.NULL;
    if (nanos != Long.MAX_VALUE) {
      limit = timeout;
      limit.setAtIndex(JAVA_LONG, 0, Math.max(0, nanos) / 1_000_000_000);
      limit.setAtIndex(JAVA_LONG, 1, Math.max(0, nanos) % 1_000_000_000);
    }
    Linux.poll(polled, timers.length + 1, limit);
    if (ready(timers.length)) {
      Linux.takeCount(rings);
    }
    leave();
  }

  private boolean ready(int file) {
    return polled.get(JAVA_SHORT, at(file) + READY_OFFSET) != 0;
  }

  @Override
  public boolean wentOff(int loop) {
    // Asked again, because it may have been put off since.
    if (!ready(loop) || !enter()) {
      return false;
    }
    boolean went = Linux.takeCount(timers[loop]);
    leave();
    return went;
  }

  @Override
  public void ring() {
    if (enter()) {
      Linux.signal(rings);
      leave();
    }
  }

  @Override
  public void close() {
    shut();
  }

  @Override
  void closeFile() {
    for (int timer : timers) {
      Linux.close(timer);
    }
    Linux.close(rings);
  }
}
