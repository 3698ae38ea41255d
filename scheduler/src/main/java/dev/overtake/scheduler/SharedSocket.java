// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;

/**
 * A listening TCP socket that several processes accept from: this process's standard input, which
 * those that it starts with their standard input inherited have as well. A process has at most one.
 *
 * <p>Each connection is given to one process, to the one that has waited longest in its accept; a
 * process that does not wait there is given none. Thread-safe. Linux only.
 */
public final class SharedSocket implements Closeable {
  static final int FILE = 0;

  private static final int STANDARD_OUTPUT = 1;
  private static final int STANDARD_ERROR = 2;

  private final InetSocketAddress localAddress;

  private SharedSocket() throws IOException {
    localAddress = LoopServerSocket.localAddress(FILE);
  }

  /**
   * Tells whether processes can share a socket here.
   *
   * @return true on Linux, with native access
   */
  public static boolean supported() {
    return Os.current().nativePoller();
  }

  /**
   * Listens, and makes the socket this process's standard input. {@code SO_REUSEADDR} is set.
   *
   * @param address where to listen; port 0 for one that is free
   * @param backlog how many connections may wait to be accepted, at least 1
   * @return the socket; the standard input is lost for anything else
   * @throws UnsupportedOperationException if {@link #supported} is false
   * @throws IOException if the address cannot be bound, a {@link BindException} if it is taken,
   *     forbidden or not of this machine; the standard input is as before
   */
  public static SharedSocket open(InetSocketAddress address, int backlog) throws IOException {
    requireSupport();
    int listening = LoopServerSocket.open(address, backlog);
    try {
      Linux.dup2(listening, FILE);
    } finally {
      Linux.close(listening);
    }
    return new SharedSocket();
  }

  /**
   * Finds the socket that this process has inherited as its standard input.
   *
   * @return the socket
   * @throws UnsupportedOperationException if {@link #supported} is false
   * @throws IOException if the standard input is no listening socket
   */
  public static SharedSocket inherited() throws IOException {
    requireSupport();
    if (!Linux.listens(FILE)) {
      throw new IOException("the standard input is no listening socket");
    }
    return new SharedSocket();
  }

  private static void requireSupport() {
    if (!supported()) {
      throw new UnsupportedOperationException(
          "sharing a socket needs Linux and --enable-native-access=dev.overtake.scheduler");
    }
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
   * Returns the JDK's view of this socket. Do not close it, nor interrupt a thread that waits in
   * it: close this object instead.
   *
   * @return a channel in blocking mode, the same one each time
   * @throws IOException if the JDK does not take the standard input for a listening socket
   */
  public ServerSocketChannel channel() throws IOException {
    if (System.inheritedChannel() instanceof ServerSocketChannel channel) {
      return channel;
    }
    throw new IOException("the standard input is no listening socket");
  }

  /**
   * Takes this process's part in the socket from it: the standard input is then empty, and a thread
   * that waits in the {@link #channel} is told that it is closed, unless it has just been given a
   * connection. Other processes go on. Idempotent.
   *
   * @throws IOException if the system refuses
   */
  @Override
  public void close() throws IOException {
    // The channel's close redirects all three standard streams to nowhere: meant for servers that
    // inetd has started, whose output would be the socket too. Ours are kept.
    int output = Linux.dup(STANDARD_OUTPUT);
    int error = Linux.dup(STANDARD_ERROR);
    try {
      channel().close();
    } finally {
      Linux.dup2(output, STANDARD_OUTPUT);
      Linux.dup2(error, STANDARD_ERROR);
      Linux.close(output);
      Linux.close(error);
    }
  }
}
