// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

/** One client at a time, on the accept thread itself; the next one waits in the backlog. */
final class Sequential implements Model {
  @Override
  public void serve(String threadName, Runnable connection) {
    connection.run();
  }

  @Override
  public String toString() {
    return "sequential";
  }
}
