// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import dev.overtake.scheduler.SharedSocket;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A listener on the JDK's blocking sockets. */
final class SocketListener implements Listener {
  private final ServerSocket socket;
  private final Closeable file; // what to close: the socket, or this process's part in it
  private final InetSocketAddress address;

  SocketListener(InetSocketAddress address, int backlog) throws IOException {
    socket = new ServerSocket();
    file = socket;
    try {
      socket.setReuseAddress(true);
      socket.bind(address, backlog);
      this.address = new InetSocketAddress(socket.getInetAddress(), socket.getLocalPort());
    } catch (Throwable e) {
      socket.close();
      throw e;
    }
  }

  SocketListener(SharedSocket shared) throws IOException {
    socket = shared.channel().socket();
    file = shared;
    address = shared.localAddress();
  }

  @Override
  public Connection accept() throws IOException {
    Socket accepted = socket.accept();
    try {
      return new SocketConnection(accepted);
    } catch (Throwable e) {
      accepted.close();
      throw e;
    }
  }

  @Override
  public InetSocketAddress address() {
    return address;
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
