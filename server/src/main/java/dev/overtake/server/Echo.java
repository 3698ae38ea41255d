// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import java.io.IOException;

/** Sends back what it gets. */
final class Echo implements Handler {
  private static final int FIRST_BUFFER_BYTES = 256;
  private static final int LAST_BUFFER_BYTES = 16 * 1024;

  @Override
  public void handle(Connection connection) throws IOException {
    // Small at first, because thousands of idle connections hold one each.
    byte[] buffer = new byte[FIRST_BUFFER_BYTES];
    for (int n; (n = connection.read(buffer)) >= 0; ) {
      connection.write(buffer, 0, n);
      if (n == buffer.length && n < LAST_BUFFER_BYTES) {
        buffer = new byte[2 * n];
      }
    }
  }
}
