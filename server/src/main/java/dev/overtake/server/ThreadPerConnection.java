// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

/** A thread for each connection, which ends with it. */
final class ThreadPerConnection implements Model {
  private final String spelling;
  private final Thread.Builder threads; // used by the accept thread alone

  private ThreadPerConnection(String spelling, Thread.Builder threads) {
    this.spelling = spelling;
    this.threads = threads;
  }

  static Model platform() {
    return new ThreadPerConnection("threads", Thread.ofPlatform().daemon());
  }

  static Model virtual() {
    return new ThreadPerConnection("virtual", Thread.ofVirtual());
  }

  @Override
  public void serve(String threadName, Runnable connection) {
    threads.name(threadName).start(connection);
  }

  @Override
  public String toString() {
    return spelling;
  }
}
