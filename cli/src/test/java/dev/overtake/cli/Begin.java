// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.overtake.server.Connection;
import dev.overtake.server.Handler;
import java.io.IOException;

/** A handler of a user's own: says that it has begun, prints that, and answers to the rest. */
public final class Begin implements Handler {
  @Override
  public void handle(Connection connection) throws IOException {
    byte[] request = new byte[100];
    while (connection.read(request) > 0) {
      connection.write("begun\n".getBytes(US_ASCII));
      System.out.println("began");
      long fib = fib(35);
      connection.write((fib + "\n").getBytes(US_ASCII));
    }
  }

  private static long fib(int n) {
    return n <= 2 ? 1 : fib(n - 1) + fib(n - 2);
  }
}
