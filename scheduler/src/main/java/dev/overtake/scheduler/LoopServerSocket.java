// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * A listening TCP socket whose connections wait in a scheduler's own event loops.
 *
 * <p>{@link #accept} blocks its caller and is meant for one platform thread of its own, which no
 * handler can then occupy. Any thread may close.
 */
public final class LoopServerSocket implements AutoCloseable {
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_NODELAY = 1;
  private static final int EPROTO = 71;
  private static final int ECONNABORTED = 103;

  /** How often a wait for a connection looks whether a shared socket has been closed here. */
  private static final long LOOK_NANOS = 200_000_000;

  private final EpollPoller poller;
  private final int fd;
  private final boolean shared; // other processes listen too, and the file is not ours to close
  private final InetSocketAddress localAddress;
  private final Object lock = new Object();
  private boolean accepting; // guarded by lock: the one who ends last closes the file
  private boolean closed; // guarded by lock

  LoopServerSocket(EpollPoller poller, InetSocketAddress address, int backlog) throws IOException {
    this.poller = poller;
    shared = false;
    fd = open(address, backlog);
    localAddress = localAddress(fd);
  }

  /*
   * Whoever waits in accept stands in the kernel's queue of that socket: one connection wakes one
   * process, the one that has waited longest, so connections are dealt out in turn. Waiting in poll
   * or epoll instead would wake all, or with EPOLLEXCLUSIVE for ever the same one first.
   *
   * A wait in accept ends when the socket is shut down, which is not for one of several processes
   * to do, or by a signal, of which we have none: so it ends by itself now and then, and looks. A
   * connection is never taken by who does not want it any more.
   */
  LoopServerSocket(EpollPoller poller, SharedSocket socket) throws IOException {
    this.poller = poller;
    shared = true;
    fd = SharedSocket.FILE;
    localAddress = socket.localAddress();
    Linux.receiveTimeout(fd, LOOK_NANOS);
  }

  /** Opens a listening socket; returns its file. */
  static int open(InetSocketAddress address, int backlog) throws IOException {
    if (address.isUnresolved()) {
      throw new UnknownHostException(address.getHostString());
    }
    InetAddress host = address.getAddress();
    int fd = Linux.socket(host instanceof Inet4Address ? AF_INET : AF_INET6);
    try {
      Linux.setOption(fd, Linux.SOL_SOCKET, Linux.SO_REUSEADDR, 1);
      int refused = Linux.bind(fd, encode(host, address.getPort()));
      if (refused != 0) {
        throw new BindException(Linux.describe(-refused));
      }
      Linux.listen(fd, backlog);
      return fd;
    } catch (IOException e) {
      Linux.close(fd);
      throw e;
    }
  }

  static InetSocketAddress localAddress(int fd) throws IOException {
    byte[] bound = new byte[28];
    Linux.socketName(fd, bound);
    return decode(bound);
  }

  /**
   * Returns where this socket listens.
   *
   * @return the address, with the port that the system chose if none was asked for
   */
  public InetSocketAddress localAddress() {
    return localAddress;
  }

  /**
   * Waits for a connection. Interrupting does not end the wait; closing does.
   *
   * @return the connection, waiting in the scheduler's event loops
   * @throws SocketException if this socket is closed
   * @throws IOException if the system refused a connection, for want of files for example; the
   *     socket goes on listening
   */
  public LoopSocket accept() throws IOException {
    synchronized (lock) {
      if (closed) {
        throw new SocketException("socket closed");
      }
      if (accepting) {
        throw new IllegalStateException("one thread at a time may accept");
      }
      accepting = true;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(28, 4);
      MemorySegment length = arena.allocate(JAVA_INT);
      MemorySegment errno = arena.allocate(Linker.Option.captureStateLayout());
      while (true) {
        length.set(JAVA_INT, 0, 28);
        int accepted = Linux.accept(fd, address, length, errno);
        if (accepted >= 0) {
          return open(accepted, address.toArray(JAVA_BYTE));
        }
        synchronized (lock) {
          if (closed) {
            throw new SocketException("socket closed");
          }
        }
        if (accepted != -Linux.EAGAIN // a look
            && accepted != -Linux.EINTR
            && accepted != -ECONNABORTED
            && accepted != -EPROTO) {
          throw new IOException("cannot accept: " + Linux.describe(-accepted));
        }
      }
    } finally {
      synchronized (lock) {
        accepting = false;
        if (closed && !shared) {
          Linux.close(fd);
        }
      }
    }
  }

  private LoopSocket open(int accepted, byte[] address) throws IOException {
    LoopSocket socket = new LoopSocket(poller, accepted, ip(address), port(address));
    try {
      Linux.setOption(accepted, IPPROTO_TCP, TCP_NODELAY, 1);
      poller.register(socket, accepted);
      return socket;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Stops listening; a waiting {@link #accept} throws, on a shared socket within 0.2 s unless a
   * connection comes first, which it then returns. Connections go on. Idempotent.
   */
  @Override
  public void close() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      if (shared) {
        return;
      }
      if (accepting) {
        Linux.shutdown(fd, 2); // wakes the thread in accept, which then closes the file
      } else {
        Linux.close(fd);
      }
    }
  }

  private static byte[] encode(InetAddress host, int port) {
    byte[] ip = host.getAddress();
    byte[] address = new byte[ip.length == 4 ? 16 : 28];
    putFamily(address, ip.length == 4 ? AF_INET : AF_INET6);
    address[2] = (byte) (port >> 8);
    address[3] = (byte) port;
    System.arraycopy(ip, 0, address, ip.length == 4 ? 4 : 8, ip.length);
    return address;
  }

  private static void putFamily(byte[] address, int family) {
    boolean little = java.nio.ByteOrder.nativeOrder() == java.nio.ByteOrder.LITTLE_ENDIAN;
    address[little ? 0 : 1] = (byte) family;
  }

  private static InetSocketAddress decode(byte[] address) throws UnknownHostException {
    return new InetSocketAddress(InetAddress.getByAddress(ip(address)), port(address));
  }

  private static byte[] ip(byte[] address) {
    boolean four = (address[0] | address[1]) == AF_INET;
    return four ? Arrays.copyOfRange(address, 4, 8) : Arrays.copyOfRange(address, 8, 24);
  }

  private static int port(byte[] address) {
    return (address[2] & 0xFF) << 8 | (address[3] & 0xFF);
  }
}
