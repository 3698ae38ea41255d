// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

final class ThreadPoolTest extends ElsewhereContract {
  private static final Compute shared = new ThreadPool(2, 1_000);

  @BeforeAll
  static void start() throws Exception {
    shared.start();
  }

  @AfterAll
  static void close() {
    shared.close();
  }

  @Override
  Compute compute() {
    return shared;
  }

  @Override
  Compute narrow() {
    ThreadPool narrow = new ThreadPool(1, 2);
    narrow.start();
    return narrow;
  }
}
