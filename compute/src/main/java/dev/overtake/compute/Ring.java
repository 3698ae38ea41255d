// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;

/**
 * A stream of bytes through memory that two processes share: one writes, the other reads, neither
 * waits here. Who finds nothing to do sleeps elsewhere, having said so, and is then woken by a
 * bell, which is the caller's to ring.
 *
 * <p>Each end belongs to one thread at a time, except {@link Writer#mustWake} and {@link
 * Writer#isHungry}, which any may call.
 */
final class Ring {
  /*
   * `written` and `read` count bytes since the beginning; the difference lies in the ring. What the
   * bytes are is published by `written` and given up by `read`: stored with release, loaded with
   * acquire. Each side keeps its own count to itself as well, and reads but the other's here: a
   * count that cannot be is an error, since the other process runs whatever its tasks are.
   *
   *   Writer                                     Reader
   *   W1 written += n                            R1 hungry := 1
   *   W2 if hungry, hungry := 0 and ring         R2 if there are bytes: hungry := 0 and go on
   *                                              R3 else sleep until the bell, then hungry := 0
   *
   * and for room, which a writer waits for in the middle of a frame:
   *
   *   W3 stuck := 1                              R4 read += n
   *   W4 if there is room: stuck := 0, go on     R5 if stuck, stuck := 0 and ring
   *   W5 else sleep until the bell
   *
   * Both sides write before they read, with a full fence between: if R2 missed the bytes, W2 sees
   * R1, and if W4 missed the room, R5 sees W3. A bell that comes when nobody sleeps ends the next
   * sleep at once. W2 may be put off for a while by a writer that will have more to say, and may be
   * done by another thread than W1: whoever swaps the flag rings.
   */
  // On cache lines of their own, in pairs as processors fetch them.
  private static final int WRITTEN = 0;
  private static final int READ = 128;
  private static final int HUNGRY = 256;
  private static final int STUCK = 384;
  private static final int DATA = 512;

  /** What a ring occupies beside the bytes in it. */
  static final int OVERHEAD_BYTES = DATA;

  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private Ring() {}

  /** Raises a flag of one's own, and then looks whether that was needed. */
  private static void raise(ByteBuffer memory, int flag) {
    LONG.setOpaque(memory, flag, 1L);
    VarHandle.fullFence(); // R1 before R2, W3 before W4
  }

  private static void lower(ByteBuffer memory, int flag) {
    LONG.setOpaque(memory, flag, 0L);
  }

  /** Looks for the other's flag, having done something for it; true to one who sees it raised. */
  private static boolean takeDown(ByteBuffer memory, int flag) {
    VarHandle.fullFence(); // W1 before W2, R4 before R5
    return (long) LONG.getOpaque(memory, flag) != 0 && (long) LONG.getAndSet(memory, flag, 0L) != 0;
  }

  private static int between(long read, long written, int capacity) throws IOException {
    long bytes = written - read;
    if (bytes < 0 || bytes > capacity) {
      throw new IOException("ring is damaged: " + written + " bytes written, " + read + " read");
    }
    return (int) bytes;
  }

  /** The end that writes. */
  static final class Writer {
    private final ByteBuffer memory;
    private final int capacity;
    private long written;

    /**
     * Makes the writing end.
     *
     * @param memory that both processes see, outside the heap, zero at first; all but {@link
     *     #OVERHEAD_BYTES} of it are the ring's
     */
    Writer(ByteBuffer memory) {
      this.memory = memory.slice().order(ByteOrder.nativeOrder());
      capacity = memory.remaining() - OVERHEAD_BYTES;
    }

    /**
     * Writes as much as there is room for: W1. What is written can be read at once, though it may
     * be a part of a frame only.
     *
     * @throws IOException if the reader has damaged the ring
     */
    void write(ByteBuffer from) throws IOException {
      int n = Math.min(from.remaining(), room());
      if (n == 0) {
        return;
      }
      int at = (int) (written % capacity);
      int first = Math.min(n, capacity - at);
      memory.put(DATA + at, from, from.position(), first);
      memory.put(DATA, from, from.position() + first, n - first);
      from.position(from.position() + n);
      written += n;
      LONG.setRelease(memory, WRITTEN, written);
    }

    private int room() throws IOException {
      return capacity - between((long) LONG.getAcquire(memory, READ), written, capacity);
    }

    /** Whether the reader sleeps, at a glance: nothing may depend on it. */
    boolean isHungry() {
      return (long) LONG.getOpaque(memory, HUNGRY) != 0;
    }

    /** W2: whether the reader sleeps and it is for the caller to ring. */
    boolean mustWake() {
      return takeDown(memory, HUNGRY);
    }

    /** W3 and W4: whether there is no room still, in which case the bell will ring for it. */
    boolean isStuck() throws IOException {
      raise(memory, STUCK);
      if (room() == 0) {
        return true;
      }
      lower(memory, STUCK);
      return false;
    }
  }

  /** The end that reads. A channel that has no end and never waits. */
  static final class Reader implements ReadableByteChannel {
    private final ByteBuffer memory;
    private final int capacity;
    private long read;

    /**
     * Makes the reading end.
     *
     * @param memory as for the writer
     */
    Reader(ByteBuffer memory) {
      this.memory = memory.slice().order(ByteOrder.nativeOrder());
      capacity = memory.remaining() - OVERHEAD_BYTES;
    }

    /**
     * Reads as much as there is, and fits: R4.
     *
     * @return how many bytes, 0 if there are none
     * @throws IOException if the writer has damaged the ring
     */
    @Override
    public int read(ByteBuffer into) throws IOException {
      int n = Math.min(into.remaining(), available());
      if (n == 0) {
        return 0;
      }
      int at = (int) (read % capacity);
      int first = Math.min(n, capacity - at);
      into.put(into.position(), memory, DATA + at, first);
      into.put(into.position() + first, memory, DATA, n - first);
      into.position(into.position() + n);
      read += n;
      LONG.setRelease(memory, READ, read);
      return n;
    }

    private int available() throws IOException {
      return between(read, (long) LONG.getAcquire(memory, WRITTEN), capacity);
    }

    /** Whether there is nothing to read, damage aside. */
    boolean isEmpty() {
      return (long) LONG.getAcquire(memory, WRITTEN) == read;
    }

    /** R1, by one who will look again before it sleeps. */
    void fallAsleep() {
      raise(memory, HUNGRY);
    }

    /** The end of R3, or of R2. */
    void wakeUp() {
      lower(memory, HUNGRY);
    }

    /** R5: whether the writer waits for room and it is for the caller to ring. */
    boolean mustTellOfRoom() {
      return takeDown(memory, STUCK);
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}
