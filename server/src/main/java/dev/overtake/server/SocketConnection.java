// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A connection on one of the JDK's blocking sockets: nothing between it and the handler. */
final class SocketConnection implements Connection {
  private static final System.Logger log = System.getLogger(SocketConnection.class.getName());

  private final Socket socket;
  private final InputStream input;
  private final OutputStream output;
  private final InetSocketAddress remoteAddress;

  SocketConnection(Socket socket) throws IOException {
    this.socket = socket;
    socket.setTcpNoDelay(true);
    input = socket.getInputStream();
    output = socket.getOutputStream();
    remoteAddress = new InetSocketAddress(socket.getInetAddress(), socket.getPort());
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    try {
      return input.read(buffer, offset, length);
    } catch (IOException e) {
      throw new ConnectionLostException(e);
    }
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      output.write(bytes, offset, length);
    } catch (IOException e) {
      throw new ConnectionLostException(e);
    }
  }

  @Override
  public InetSocketAddress remoteAddress() {
    return remoteAddress;
  }

  @Override
  public void shutdownInput() {
    try {
      socket.shutdownInput();
    } catch (IOException e) {
      // Closed, or reset by the peer: there is no input left to end.
      log.log(System.Logger.Level.DEBUG, () -> "connection " + remoteAddress + ": " + e);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // The descriptor is gone all the same; only what was still to be sent may be lost.
      log.log(System.Logger.Level.DEBUG, () -> "connection " + remoteAddress + ": " + e);
    }
  }
}
