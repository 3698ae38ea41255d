// SPDX-License-Identifier: Apache-2.0
package dev.overtake.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.overtake.server.Connection;
import dev.overtake.server.Model;
import dev.overtake.server.TcpServer;
import java.io.IOException;

/**
 * Answers a number with a Fibonacci number, under the model given as argument. Type 40 in one
 * terminal and see what becomes of small numbers in another.
 *
 * <p>What is no number ends its connection and nothing else: the exception is logged in one line.
 */
public final class FibServer {
  private FibServer() {}

  static void main(String[] arguments) throws Exception {
    try (TcpServer server = start(arguments.length > 0 ? arguments[0] : "threads", 25000)) {
      server.await();
    }
  }

  static TcpServer start(String model, int port) throws IOException {
    return TcpServer.builder(FibServer::handle).model(Model.parse(model)).port(port).start();
  }

  private static void handle(Connection connection) throws IOException {
    byte[] buffer = new byte[1000];
    for (int n; (n = connection.read(buffer)) > 0; ) {
      int request = Integer.parseInt(new String(buffer, 0, n, US_ASCII).strip());
      connection.write((fib(request) + "\n").getBytes(US_ASCII));
    }
  }

  private static long fib(int n) {
    return n <= 2 ? 1 : fib(n - 1) + fib(n - 2);
  }
}
