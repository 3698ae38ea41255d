// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/** A client that sends exactly the bytes it is told, a packet for each call. */
final class Client implements AutoCloseable {
  private static final int HANG_GUARD_MILLIS = 30_000;

  private final Socket socket = new Socket();

  Client(TcpServer server) throws IOException {
    this(server, 0);
  }

  /** With a receive buffer of so many bytes, or the system's if 0. */
  Client(TcpServer server, int receiveBufferBytes) throws IOException {
    if (receiveBufferBytes > 0) {
      socket.setReceiveBufferSize(receiveBufferBytes);
    }
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(HANG_GUARD_MILLIS);
    socket.connect(new InetSocketAddress(server.address().getAddress(), server.port()));
  }

  Client send(String characters) throws IOException {
    return send(characters.getBytes(ISO_8859_1));
  }

  Client send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    return this;
  }

  /** Returns the next line, or null when the server has sent its last. */
  @Nullable String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b; (b = socket.getInputStream().read()) != '\n'; line.write(b)) {
      if (b < 0) {
        return line.size() == 0 ? null : line.toString(ISO_8859_1);
      }
    }
    return line.toString(ISO_8859_1);
  }

  /** Returns all that the server sends until it closes. */
  String rest() throws IOException {
    return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
  }

  /** Waits until the server has closed the connection, politely or by a reset. */
  void awaitGone() throws IOException {
    try {
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (SocketException e) {
      assertThat(e).hasMessage("Connection reset");
    }
  }

  Client halfClose() throws IOException {
    socket.shutdownOutput();
    return this;
  }

  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  String address() {
    return "127.0.0.1:" + socket.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
