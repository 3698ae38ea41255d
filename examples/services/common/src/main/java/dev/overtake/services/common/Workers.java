// SPDX-License-Identifier: Apache-2.0
package dev.overtake.services.common;

import dev.overtake.scheduler.Scheduler;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * An executor that starts a virtual thread for each task: the JDK's or Overtake's. The one place
 * where the two differ, for frameworks that take an executor.
 */
public final class Workers implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final @Nullable Scheduler scheduler;
  private final ExecutorService executor;

  private Workers(@Nullable Scheduler scheduler, ExecutorService executor) {
    this.scheduler = scheduler;
    this.executor = executor;
  }

  /** Starts them; {@code name} is the framework's. */
  public static Workers of(Model model, String name) {
    return switch (model) {
      case VIRTUAL -> new Workers(null, Executors.newVirtualThreadPerTaskExecutor());
      case OVERTAKE -> {
        Scheduler scheduler = Scheduler.builder().name(name).build();
        yield new Workers(scheduler, scheduler.executor());
      }
      case THREADS, EVENT_LOOP, VERTICLE -> throw model.notIn(name);
    };
  }

  public ExecutorService executor() {
    return executor;
  }

  /** Interrupts what still runs and waits a while for its end. */
  @Override
  public void close() {
    executor.shutdownNow();
    if (scheduler != null) {
      scheduler.close(PATIENCE);
    }
  }
}
