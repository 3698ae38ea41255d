// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;

/** A listening socket. One thread accepts; {@link #close()} may be called by any. */
public interface Listener extends Closeable {
  /**
   * Takes the next connection, waiting until there is one.
   *
   * @return the connection, with {@code TCP_NODELAY} set
   * @throws IOException if none could be taken, or the listener is closed by another thread; the
   *     listener itself is as before, so another try may succeed
   */
  Connection accept() throws IOException;

  /**
   * Returns where this listener listens.
   *
   * @return the bound address, with the true port if an ephemeral one was asked for
   */
  InetSocketAddress address();

  /** Stops listening; a waiting accept throws. Connections already taken live on. Idempotent. */
  @Override
  void close();
}
