// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Runs a generator on a thread of its own, and what it tells on the caller's.
 *
 * <p>So a terminal or a browser that is slow to take a line delays nothing but itself.
 */
final class GeneratorThread {
  private static final int TOLD_AND_UNHEARD = 10_000;

  // Bounded; what does not fit is dropped. Only the end waits for room.
  private final BlockingQueue<Runnable> told = new ArrayBlockingQueue<>(TOLD_AND_UNHEARD);

  private boolean ended; // plain: written and read by the caller's thread alone

  // Set before the interrupt, for generators whose libraries take interrupts for themselves.
  private volatile boolean unwanted;

  private GeneratorThread() {}

  /** A generator's work, from connecting to the result. */
  interface Work<T> {
    T run(GeneratorThread thread) throws IOException, InterruptedException;
  }

  /** Lets the caller's thread do something soon, unless it is far behind. */
  void tell(Runnable something) {
    told.offer(something);
  }

  /**
   * Runs the work to its end. If the caller is interrupted or what it was told throws, the work is
   * interrupted and waited for.
   */
  static <T> T run(String name, Work<T> work) throws IOException, InterruptedException {
    var generator = new GeneratorThread();
    var task =
        new FutureTask<T>(() -> {
          try {
            return work.run(generator);
          } finally {
            generator.told.put(generator::end);
          }
        });
    Thread thread = Thread.ofPlatform().daemon().name(name).start(task);
    try {
      while (!generator.ended) {
        generator.told.take().run();
      }
      return task.get();
    } catch (ExecutionException e) {
      throw rethrown(e.getCause());
    } finally {
      generator.unwanted = true;
      thread.interrupt();
      join(thread);
    }
  }

  /** Whether nobody waits for the work any more. */
  boolean isUnwanted() {
    return unwanted;
  }

  private void end() {
    ended = true;
  }

  // The stack of the generator's thread stays the exception's: that is where it went wrong.
  private static RuntimeException rethrown(@Nullable Throwable cause)
      throws IOException, InterruptedException {
    switch (cause) {
      case IOException e -> throw e;
      case InterruptedException e -> throw e;
      case Error e -> throw e;
      case RuntimeException e -> throw e;
      case null, default -> throw new IllegalStateException("a generator throws no other", cause);
    }
  }

  /**
   * Waits for a thread that ends at once, as its interrupted generators do. What they hold must be
   * given back before the caller goes on, so an interrupt is kept for later.
   */
  static void join(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
