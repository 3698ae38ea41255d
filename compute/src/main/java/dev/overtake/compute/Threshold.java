// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Tasks whose hint is above a limit go elsewhere, the others run inline. */
final class Threshold implements Compute {
  private final long greatestInline;
  private final Compute elsewhere;

  Threshold(long greatestInline, Compute elsewhere) {
    this.greatestInline = greatestInline;
    this.elsewhere = elsewhere;
  }

  @Override
  public void start() throws IOException {
    elsewhere.start();
  }

  @Override
  public <T extends @Nullable Object> T call(Task<T> task)
      throws ExecutionException, InterruptedException {
    return placeOf(task).call(task);
  }

  @Override
  public <T extends @Nullable Object> Trip<T> submit(Task<T> task) {
    return placeOf(task).submit(task);
  }

  private Compute placeOf(Task<?> task) {
    return task.hint() > greatestInline ? elsewhere : Inline.INSTANCE;
  }

  @Override
  public void close() {
    elsewhere.close();
  }

  @Override
  public List<Belief> beliefs() {
    return elsewhere.beliefs();
  }

  @Override
  public String toString() {
    return "threshold:" + greatestInline + "," + elsewhere;
  }
}
