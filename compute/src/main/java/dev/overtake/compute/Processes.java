// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Every task goes to a process pool, which starts and ends with this. */
final class Processes implements Compute {
  private final String spelling;
  private final ProcessPool.Builder builder;
  private volatile @Nullable ProcessPool pool; // set once, by start()

  Processes(int workers, ProcessPool.Builder builder) {
    spelling = "processes:" + workers;
    this.builder = builder.workers(workers);
  }

  @Override
  public void start() throws IOException {
    pool = builder.start();
  }

  @Override
  public <T extends @Nullable Object> Trip<T> submit(Task<T> task) {
    ProcessPool started = pool;
    if (started == null) {
      throw new RejectedExecutionException(
          "%s: not started; %s is not taken".formatted(this, Descriptions.of(task)));
    }
    return started.submit(task);
  }

  @Override
  public void close() {
    ProcessPool started = pool;
    if (started != null) {
      started.endNow();
    }
  }

  @Override
  public String toString() {
    return spelling;
  }
}
