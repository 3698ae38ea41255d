// SPDX-License-Identifier: Apache-2.0
package dev.overtake.services.common;

import java.io.IOException;
import java.sql.SQLException;

/**
 * The handler of every service, whatever framework calls it: plain blocking Java that knows nothing
 * of threads. Thread-safe.
 */
@FunctionalInterface
public interface Endpoints {
  /** How long a long request computes that does not say it: {@code fib(42)}, about a second. */
  int DEFAULT_N = 42;

  /**
   * Answers a request.
   *
   * @param n for a long request, which Fibonacci number to compute; others ignore it
   */
  String answer(Request request, int n) throws IOException, SQLException;
}
