// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Runs every task on the thread that asks. A deadline can't be enforced there and counts only
 * before the task begins, which is at once.
 */
final class Inline implements Compute {
  static final Inline INSTANCE = new Inline();

  private Inline() {}

  @Override
  public void start() {}

  @Override
  public <T extends @Nullable Object> T call(Task<T> task)
      throws ExecutionException, InterruptedException {
    try {
      return task.work().call();
    } catch (InterruptedException e) {
      throw e; // the caller's own: it is the caller's thread
    } catch (Throwable e) {
      throw new ExecutionException(e);
    }
  }

  @Override
  public <T extends @Nullable Object> Trip<T> submit(Task<T> task) {
    LocalTrip<T> trip = new LocalTrip<>(task, _ -> {});
    trip.run();
    return trip;
  }

  @Override
  public void close() {}

  @Override
  public String toString() {
    return "inline";
  }
}
