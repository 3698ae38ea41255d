// SPDX-License-Identifier: Apache-2.0
package dev.overtake.examples;

import dev.overtake.server.TcpServer;
import java.io.IOException;

/** Sends back what you type: {@code nc 127.0.0.1 25000}. */
public final class EchoServer {
  private EchoServer() {}

  static void main() throws Exception {
    try (TcpServer server = start(25000)) {
      server.await();
    }
  }

  static TcpServer start(int port) throws IOException {
    return TcpServer.builder(
            connection -> {
              byte[] buffer = new byte[1000];
              for (int n; (n = connection.read(buffer)) > 0; ) {
                connection.write(buffer, 0, n);
              }
            })
        .port(port)
        .start();
  }
}
