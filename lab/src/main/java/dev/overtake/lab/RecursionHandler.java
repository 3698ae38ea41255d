// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.overtake.server.Connection;
import dev.overtake.server.Handler;
import java.io.IOException;

/**
 * Answers a number with that number, after as many levels of recursion. Asked for 0, recurses until
 * the stack is full and answers how deep it came. Asked for more than the stack holds it fails, as
 * a handler with such a fault would, with nothing done about it: {@code serve
 * dev.overtake.lab.RecursionHandler}.
 *
 * <p>A request is what one read returns. Thread-safe.
 */
public final class RecursionHandler implements Handler {
  private static final int LONGEST_REQUEST = 100;

  /** Makes the handler; it has no state. */
  public RecursionHandler() {}

  @Override
  public void handle(Connection connection) throws IOException {
    byte[] chunk = new byte[LONGEST_REQUEST];
    for (int length; (length = connection.read(chunk, 0, chunk.length)) > 0; ) {
      int levels = Integer.parseInt(new String(chunk, 0, length, US_ASCII).strip());
      int answer = levels == 0 ? untilFull() : recurse(levels);
      byte[] line = (answer + "\n").getBytes(US_ASCII);
      connection.write(line, 0, line.length);
    }
  }

  private static int recurse(int levels) {
    return levels == 0 ? 0 : 1 + recurse(levels - 1);
  }

  private static int untilFull() {
    int[] depth = {0};
    try {
      deeper(depth);
    } catch (StackOverflowError full) {
      return depth[0];
    }
    throw new IllegalStateException("the stack has no end");
  }

  @SuppressWarnings("InfiniteRecursion") // its end is what is looked for
  private static void deeper(int[] depth) {
    depth[0]++;
    deeper(depth);
  }
}
