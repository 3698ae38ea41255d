// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.overtake.server.Connection;
import dev.overtake.server.Handler;
import java.io.IOException;
import java.util.function.LongUnaryOperator;

/**
 * Answers a number after computing for as many steps, a nanosecond or two each: {@code serve
 * dev.overtake.lab.WorkHandler}. For loads that need a service time to the point, which {@code
 * fib}, whose next n takes 1.6 times as long, cannot give.
 *
 * <p>A request is what one read returns; what is no number costs its connection. Thread-safe.
 */
public final class WorkHandler implements Handler {
  private static final int LONGEST_REQUEST = 100;

  private final LongUnaryOperator steps;

  /** Makes the handler; it has no state. */
  public WorkHandler() {
    this(asked -> asked);
  }

  WorkHandler(LongUnaryOperator steps) {
    this.steps = steps;
  }

  @Override
  public void handle(Connection connection) throws IOException {
    byte[] chunk = new byte[LONGEST_REQUEST];
    for (int length; (length = connection.read(chunk, 0, chunk.length)) > 0; ) {
      long asked = Long.parseLong(new String(chunk, 0, length, US_ASCII).strip());
      byte[] line = (Work.of(steps.applyAsLong(asked)) + "\n").getBytes(US_ASCII);
      connection.write(line, 0, line.length);
    }
  }
}
