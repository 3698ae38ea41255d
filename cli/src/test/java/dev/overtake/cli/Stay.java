// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.overtake.server.Connection;
import dev.overtake.server.Handler;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/** A handler of a user's own: greets, then stays until it is interrupted. */
public final class Stay implements Handler {
  @Override
  public void handle(Connection connection) throws IOException {
    connection.write("here\n".getBytes(US_ASCII));
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
