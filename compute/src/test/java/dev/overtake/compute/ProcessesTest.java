// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract of every compute, kept by processes. */
final class ProcessesTest extends ElsewhereContract {
  private static final Compute shared = new Processes(2, ProcessPool.builder().cache(null));

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
  Compute narrow() throws IOException {
    Compute narrow = new Processes(1, ProcessPool.builder().cache(null).queue(2, 1_000_000));
    narrow.start();
    return narrow;
  }
}
