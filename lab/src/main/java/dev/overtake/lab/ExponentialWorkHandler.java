// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.server.Connection;
import dev.overtake.server.Handler;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * As {@link WorkHandler}, but the number is only the mean: the requests, in the order in which they
 * come to the handler, take exponentially distributed times, the same ones under every model.
 *
 * <p>Thread-safe.
 */
public final class ExponentialWorkHandler implements Handler {
  private final double[] lengths = Work.exponential();
  private final AtomicLong requests = new AtomicLong();
  private final WorkHandler handler = new WorkHandler(this::steps);

  /** Makes the handler; it counts its requests. */
  public ExponentialWorkHandler() {}

  private long steps(long mean) {
    return Math.round(mean * lengths[(int) (requests.getAndIncrement() % lengths.length)]);
  }

  @Override
  public void handle(Connection connection) throws IOException {
    handler.handle(connection);
  }
}
