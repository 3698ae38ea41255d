// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import dev.overtake.server.Connection;
import dev.overtake.server.Handler;
import java.io.IOException;

/** A handler of a user's own that a supervisor can make and a child cannot. */
public final class Childless implements Handler {
  /** Fails where the standard input is a socket. */
  public Childless() throws IOException {
    if (System.inheritedChannel() != null) {
      throw new IOException("not in a child");
    }
  }

  @Override
  public void handle(Connection connection) {}
}
