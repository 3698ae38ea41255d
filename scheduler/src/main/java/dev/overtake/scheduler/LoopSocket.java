// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
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
   * A read that gives less than was asked for has emptied the socket, so with edges the next read may
   * wait without asking (T1 in Readiness): except once the peer has finished or failed, because the edge
   * for that may be the one that brought the data, and once the peer has sent urgent data, because reads
   * end short at its mark. From then on every read asks.
   */

  /**
   * How many reads in a row may find their data there: a peer that always is quicker than the
   * handler would otherwise keep its thread, and with it the loop, for as long as it likes. To a
   * thread on a demoted carrier every peer is, so that one goes back to a loop at its next read.
   */
  private static final int READS_WITHOUT_PARKING = 16;

  /** The system is entered in a way that holds up the garbage collector, so each call is short. */
  private static final int BYTES_PER_CALL = 128 * 1024;

  private final EpollPoller poller;
  private final int fd;
  private final byte[] remoteIp; // not an address object: those of an idle connection weigh much
  private final int remotePort;

  private final Readiness readable = new Readiness();
  // Made when a peer is slow for the first time: few ever are.
  private volatile @Nullable Readiness writable;
  private volatile boolean alwaysAsk; // set for good, before readable is raised
  private volatile boolean inputShut; // as alwaysAsk
  private boolean drained = true; // the reader's alone: registering raises the first edge
  private int readsWithoutParking; // the reader's alone

  LoopSocket(EpollPoller poller, int fd, byte[] remoteIp, int remotePort) {
    this.poller = poller;
    this.fd = fd;
    this.remoteIp = remoteIp;
    this.remotePort = remotePort;
  }

  /** Called by a carrier that found this socket in the poller. */
  void ready(int events) {
    if ((events & ~(Linux.EPOLLIN | Linux.EPOLLOUT)) != 0) {
      alwaysAsk = true;
    }
    if ((events & ~Linux.EPOLLOUT) != 0) {
      LockSupport.unpark(readable.raise());
    }
    Readiness waited = writable;
    if (waited != null && (events & ~Linux.EPOLLIN) != 0) {
      LockSupport.unpark(waited.raise());
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
    boolean wait = drained && !alwaysAsk;
    Carrier carrier = Carrier.current();
    if (++readsWithoutParking >= READS_WITHOUT_PARKING || (carrier != null && carrier.lost())) {
      readsWithoutParking = 0;
      Scheduler.letOthersRun();
    }
    int asked = Math.min(length, BYTES_PER_CALL);
    while (true) {
      if (wait && readable.await()) {
        readsWithoutParking = 0;
      }
      begin();
      int n;
      try {
        n = inputShut ? 0 : Linux.recv(fd, buffer, offset, asked);
      } finally {
        leave();
      }
      if (n > 0) {
        drained = n < asked;
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
        n = Linux.send(fd, bytes, from, Math.min(end - from, BYTES_PER_CALL));
      } finally {
        leave();
      }
      if (n >= 0) {
        from += n;
      } else if (n == -Linux.EAGAIN) {
        awaitWritable();
      } else if (n != -Linux.EINTR) {
        throw new SocketException(Linux.describe(-n));
      }
    }
  }

  private void awaitWritable() {
    Readiness waited = writable;
    if (waited == null) {
      writable = new Readiness(); // an edge may have come before: ask once more, then wait
    } else {
      boolean ignored = waited.await();
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
    try {
      return new InetSocketAddress(InetAddress.getByAddress(remoteIp), remotePort);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("the system gave an address of odd length", e);
    }
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

  /**
   * Ends the input as if the peer had sent its last: a waiting read and every later one returns -1,
   * and what has arrived unread is dropped. Writing goes on. Idempotent, any thread; no-op if
   * closed.
   */
  public void shutdownInput() {
    inputShut = true;
    ready(Linux.EPOLLRDHUP);
  }

  /** Closes the connection; a waiting reader or writer throws. Idempotent, any thread. */
  @Override
  public void close() {
    if (shut()) {
      ready(Linux.EPOLLHUP);
    }
  }

  @Override
  void closeFile() {
    poller.forget(this, fd);
    // What was written reaches the peer although input is left unread: a close alone would reset.
    Linux.shutdown(fd, 1);
    Linux.close(fd);
  }
}
