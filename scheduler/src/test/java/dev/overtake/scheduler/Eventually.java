// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for conditions; the limit is a guard against hangs and no expectation. */
final class Eventually {
  private Eventually() {}

  static void that(String what, Callable<Boolean> condition) {
    await(what)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(2))
        .atMost(Duration.ofSeconds(60))
        .until(condition);
  }

  static void ended(Thread thread) {
    try {
      if (!thread.join(Duration.ofSeconds(60))) {
        throw new AssertionError(thread + " has not ended");
      }
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while waiting for " + thread, e);
    }
  }
}
