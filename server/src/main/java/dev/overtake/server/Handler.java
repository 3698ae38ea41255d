// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import java.io.IOException;

/**
 * User code for one connection, in blocking style: read, compute, write, repeat.
 *
 * {@snippet :
 * Handler echo = connection -> {
 *   byte[] buffer = new byte[1000];
 *   for (int n; (n = connection.read(buffer)) > 0; ) {
 *     connection.write(buffer, 0, n);
 *   }
 * };
 * }
 *
 * <p>One handler object serves all connections, so it must be thread-safe; what belongs to one
 * connection stays in local variables. The same object runs unchanged under every model.
 */
@FunctionalInterface
public interface Handler {
  /**
   * Serves one connection from its first byte to its last. The server closes the connection when
   * this method returns or throws.
   *
   * @param connection the connection; only this call uses it
   * @throws IOException if the connection fails or is closed by a stopping server; the connection
   *     is then closed, no other one is touched, and the log has one line unless the peer simply
   *     went away
   */
  void handle(Connection connection) throws IOException;
}
