// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import java.io.IOException;
import java.io.Serial;

/**
 * Thrown by reading or writing when the peer has reset the connection or somebody closed it.
 *
 * <p>It has a class of its own so that a peer who simply went away is told from everything else
 * that may fail in a handler: the server logs the former at {@code DEBUG} only.
 */
public final class ConnectionLostException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  /**
   * Says what became of the connection.
   *
   * @param message one line
   */
  public ConnectionLostException(String message) {
    super(message);
  }

  /**
   * Says what became of the connection, by the failure that showed it.
   *
   * @param cause what the operating system reported
   */
  public ConnectionLostException(IOException cause) {
    super(cause.getMessage(), cause);
  }
}
