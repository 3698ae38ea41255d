// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection in blocking style whose readiness is noticed by its scheduler's own event loops.
 *
 * <p>One thread at a time may read and one may write; any thread may close. A reader or writer
 * parks while it waits, so it should be a virtual thread of the same scheduler. Interrupting it
 * does not end the wait; closing the socket does.
 *
 * <p>An idle socket holds no buffer: bytes go straight between the system and the caller's array.
 */
public final class LoopSocket extends OpenFile implements AutoCloseable {
  /*
   * Readiness. Each direction has one cell: empty, READY, or the thread that waits.
   *
   *   Poller                                  Thread
   *   P1 exchange the cell for READY          T1 (the system said "would block", or gave less than
   *   P2 if a thread was in it: unpark              was asked for)
   *                                           T2 cell is READY: empty it, go to T1's system call
   *                                           T3 cell empty: compare-and-set to this thread
   *                                           T4 park; go to T2
   *
   * The cell is emptied before the system call, so an edge that comes after it is seen the next time.
   * T3 fails only against P1, and T2 then sees READY: no edge is lost.
   *
   * A read that gives less than was asked for has emptied the socket, so with edges the next read may
   * wait without asking: except once the peer has finished or failed (the edge for that may be the one
   * that brought the data), which is why `hungUp` stays set for good.
   */
  private static final Object READY = new Object();
  private static final VarHandle READ_CELL;
  private static final VarHandle WRITE_CELL;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      READ_CELL = lookup.findVarHandle(LoopSocket.class, "readCell", Object.class);
      WRITE_CELL = lookup.findVarHandle(LoopSocket.class, "writeCell", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * How many reads in a row may find their data there: a peer that always is quicker than the
   * handler would otherwise keep its thread, and with it the loop, for as long as it likes.
   */
  private static final int READS_WITHOUT_PARKING = 16;

  private final EpollPoller poller;
  private final int fd;
  private final InetSocketAddress remoteAddress;

  @SuppressWarnings("UnusedVariable") // through READ_CELL
  private volatile @Nullable Object readCell;

  @SuppressWarnings("UnusedVariable") // through WRITE_CELL
  private volatile @Nullable Object writeCell;

  private volatile boolean hungUp; // written by the poller before P1, read after T2
  private boolean drained = true; // the reader's alone: registering raises the first edge
  private int readsWithoutParking; // the reader's alone

  LoopSocket(EpollPoller poller, int fd, InetSocketAddress remoteAddress) {
    this.poller = poller;
    this.fd = fd;
    this.remoteAddress = remoteAddress;
  }

  /** Called by a carrier that found this socket in the poller. */
  void ready(int events) {
    if ((events & (Linux.EPOLLRDHUP | Linux.EPOLLHUP | Linux.EPOLLERR)) != 0) {
      hungUp = true;
    }
    if ((events & ~Linux.EPOLLOUT) != 0) {
      raise(READ_CELL);
    }
    if ((events & ~Linux.EPOLLIN) != 0) {
      raise(WRITE_CELL);
    }
  }

  private void raise(VarHandle cell) {
    // A look before the exchange: an edge that tells nothing new costs no write. Volatile, because
    // it
    // pairs with T2: a cell that was emptied before the system call is seen empty here.
    if (cell.getVolatile(this) != READY && cell.getAndSet(this, READY) instanceof Thread waiting) {
      LockSupport.unpark(waiting);
    }
  }

  /** T2 to T4; says whether the thread parked. */
  private boolean await(VarHandle cell) {
    Thread current = Thread.currentThread();
    boolean parked = false;
    while (true) {
      Object seen = cell.getVolatile(this);
      if (seen == READY) {
        cell.setVolatile(this, null);
        return parked;
      }
      if (seen == current || cell.compareAndSet(this, null, current)) {
        LockSupport.park(this);
        parked = true;
      } else if (seen != null && cell.getVolatile(this) != READY) {
        throw new IllegalStateException(
            "one thread at a time may wait in a direction: waiting=" + seen);
      }
    }
  }

  /**
   * Reads what there is, waiting until there is something.
   *
   * @param buffer where the bytes go
   * @param offset where in the buffer they begin
   * @param length how many at most, at least 1
   * @return how many bytes were read, or -1 when the peer has sent its last
   * @throws SocketException if the connection is reset, or closed here; nothing was read
   */
  public int read(byte[] buffer, int offset, int length) throws IOException {
    boolean wait = drained && !hungUp;
    if (++readsWithoutParking >= READS_WITHOUT_PARKING) {
      readsWithoutParking = 0;
      letOthersRun();
    }
    while (true) {
      if (wait && await(READ_CELL)) {
        readsWithoutParking = 0;
      }
      begin();
      int n;
      try {
        n = Linux.recv(fd, buffer, offset, length);
      } finally {
        leave();
      }
      if (n > 0) {
        drained = n < length;
        return n;
      }
      if (n == 0) {
        return -1;
      }
      if (n == -Linux.EAGAIN) {
        wait = true;
      } else if (n != -Linux.EINTR) {
        throw new SocketException(Linux.describe(-n));
      }
    }
  }

  @SuppressWarnings(
      "ThreadPriorityCheck") // not a hint here: a virtual thread goes to the queue's end
  private static void letOthersRun() {
    Thread.yield();
  }

  /**
   * Writes all the bytes, waiting while the peer is slow to take them.
   *
   * @param bytes where the bytes are
   * @param offset where in the array they begin
   * @param length how many
   * @throws SocketException if the connection is reset, or closed here; how many bytes have left is
   *     then unknown
   */
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int from = offset;
    int end = offset + length;
    while (from < end) {
      begin();
      int n;
      try {
        n = Linux.send(fd, bytes, from, end - from);
      } finally {
        leave();
      }
      if (n >= 0) {
        from += n;
      } else if (n == -Linux.EAGAIN) {
        boolean ignored = await(WRITE_CELL);
      } else if (n != -Linux.EINTR) {
        throw new SocketException(Linux.describe(-n));
      }
    }
  }

  private void begin() throws SocketException {
    if (!enter()) {
      throw new SocketException("socket closed");
    }
  }

  /**
   * Returns who is at the other end.
   *
   * @return the address as it was when the connection was accepted
   */
  public InetSocketAddress remoteAddress() {
    return remoteAddress;
  }

  /**
   * Says that nothing more will be written; the peer sees the end of the stream.
   *
   * @throws SocketException if this socket is closed
   */
  public void shutdownOutput() throws IOException {
    begin();
    try {
      Linux.shutdown(fd, 1);
    } finally {
      leave();
    }
  }

  /** Ends the input as if the peer had sent its last; a waiting reader returns. No-op if closed. */
  public void shutdownInput() {
    if (enter()) {
      try {
        Linux.shutdown(fd, 0);
      } finally {
        leave();
      }
      ready(Linux.EPOLLRDHUP);
    }
  }

  /** Closes the connection; a waiting reader or writer throws. Idempotent, any thread. */
  @Override
  public void close() {
    if (shut()) {
      raise(READ_CELL);
      raise(WRITE_CELL);
    }
  }

  @Override
  void closeFile() {
    poller.forget(this, fd);
    Linux.close(fd);
  }
}
