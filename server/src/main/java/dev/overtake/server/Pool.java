// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * N threads, each serving one connection after another.
 *
 * <p>While all are busy nothing is accepted: further clients wait in the kernel's backlog, which is
 * bounded and seen by the client, rather than in a queue of ours (decision 0011).
 */
final class Pool implements Model {
  /** More than most machines let a process start, less than a slip of the keyboard. */
  private static final int MAX_SIZE = 100_000;

  private final int size;
  private final ExecutorService threads;

  /*
   * One fewer than there are threads: serve() takes a place after handing over, not before, and so
   * returns only when the next connection will find a thread.
   */
  private final Semaphore places;

  Pool(int size) {
    this.size = size;
    threads =
        Executors.newFixedThreadPool(size, Thread.ofPlatform().daemon().name("pool-", 1).factory());
    places = new Semaphore(size - 1);
  }

  static Model parse(String size) {
    int n;
    try {
      n = Integer.parseInt(size);
    } catch (NumberFormatException e) {
      n = 0;
    }
    if (n < 1 || n > MAX_SIZE) {
      throw new IllegalArgumentException(
          "model pool:N takes a number of threads from 1 to " + MAX_SIZE + ": pool:" + size);
    }
    return new Pool(n);
  }

  @Override
  public void serve(String threadName, Runnable connection) {
    threads.execute(() -> serveOnPoolThread(threadName, connection));
    places.acquireUninterruptibly();
  }

  private void serveOnPoolThread(String threadName, Runnable connection) {
    Thread thread = Thread.currentThread();
    String idleName = thread.getName();
    thread.setName(threadName);
    try {
      connection.run();
    } finally {
      thread.setName(idleName);
      places.release();
    }
  }

  @Override
  public void close() {
    threads.shutdown();
    places.release();
  }

  @Override
  public String toString() {
    return "pool:" + size;
  }
}
