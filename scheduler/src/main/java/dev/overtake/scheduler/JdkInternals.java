// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All that Overtake uses of the JDK's inside: virtual threads with a scheduler of one's own, and
 * the thread behind a continuation. When custom schedulers become public API, this class is
 * replaced and nothing else changes.
 */
final class JdkInternals {
  private static final @Nullable MethodHandle NEW_VIRTUAL_THREAD = findFactory();
  private static final @Nullable MethodHandle CARRIER = findCarrier();

  /** Of the classes of continuations: to look for it takes as long as the rest of a hand-off. */
  private static final ClassValue<Optional<Field>> THREAD_FIELD =
      new ClassValue<>() {
        @Override
        protected Optional<Field> computeValue(Class<?> continuation) {
          return Stream.of(continuation.getDeclaredFields())
              .filter(field -> Thread.class.isAssignableFrom(field.getType()))
              .filter(Field::trySetAccessible)
              .findFirst();
        }
      };

  private JdkInternals() {}

  private static @Nullable MethodHandle findCarrier() {
    try {
      Class<?> type = Class.forName("java.lang.VirtualThread");
      return MethodHandles.privateLookupIn(type, MethodHandles.lookup())
          .findGetter(type, "carrierThread", Thread.class);
    } catch (ReflectiveOperationException e) {
      return null;
    }
  }

  private static @Nullable MethodHandle findFactory() {
    try {
      Class<?> builders = Class.forName("java.lang.ThreadBuilders");
      return MethodHandles.privateLookupIn(builders, MethodHandles.lookup())
          .findStatic(
              builders,
              "newVirtualThread",
              MethodType.methodType(
                  Thread.class, Executor.class, String.class, int.class, Runnable.class));
    } catch (ReflectiveOperationException e) {
      return null; // the package is not open to us, or this JDK is made differently
    }
  }

  /** Whether virtual threads can be given a scheduler here. */
  static boolean available() {
    return NEW_VIRTUAL_THREAD != null;
  }

  /**
   * Makes an unstarted virtual thread that runs on {@code scheduler}, and so do the virtual threads
   * that it starts.
   *
   * @throws IllegalStateException if {@link #available} is false
   */
  static Thread newVirtualThread(Executor scheduler, String name, Runnable task) {
    MethodHandle handle = NEW_VIRTUAL_THREAD;
    if (handle == null) {
      throw new IllegalStateException("java.base/java.lang is not open to dev.overtake.scheduler");
    }
    try {
      return (Thread) handle.invokeExact(scheduler, name, 0, task);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The thread that carries the calling virtual thread, or null if that is not known. By the field,
   * which is volatile: a compiler may remember the answer of {@code Thread.currentCarrierThread}
   * while the virtual thread moves on.
   */
  static @Nullable Thread currentCarrier() {
    MethodHandle carrier = CARRIER;
    Thread current = Thread.currentThread();
    if (carrier == null || !carrier.type().parameterType(0).isInstance(current)) {
      return null;
    }
    try {
      return (Thread) carrier.invoke(current);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Starts the JDK's timer threads. Each is made by the first timed wait whose carrier's number
   * falls to it, and a thread inherits its maker's priority: that carrier might be a demoted one,
   * and every timer would be late from then on. So here carriers with numbers in a row let a
   * virtual thread wait.
   */
  static void startTimers() {
    int processors = Runtime.getRuntime().availableProcessors();
    int timers = Integer.getInteger("jdk.virtualThreadScheduler.timerQueues", processors);
    BlockingQueue<Runnable> continuations = new LinkedBlockingQueue<>();
    for (int i = 0; i < timers; i++) {
      newVirtualThread(continuations::add, "", () -> LockSupport.parkNanos(1)).start();
    }
    List<Thread> carriers = new ArrayList<>();
    for (int i = 0; i < timers; i++) {
      Runnable untilTheWait = continuations.remove();
      carriers.add(
          Thread.ofPlatform()
              .daemon()
              .name("overtake-timers-" + i)
              .unstarted(() -> {
                untilTheWait.run();
                try {
                  continuations.take().run(); // the timer's word that somebody's wait is over
                } catch (InterruptedException e) {
                  throw new IllegalStateException("nobody interrupts this thread", e);
                }
              }));
    }
    carriers.forEach(Thread::start);
    for (Thread carrier : carriers) {
      try {
        carrier.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return; // they go on without us
      }
    }
  }

  /** Whether this is one of the JDK's virtual threads that look for ready sockets. */
  static boolean runsPoller(Runnable continuation) {
    Thread thread = threadOf(continuation);
    return thread != null && thread.getName().startsWith("SubPoller-");
  }

  /**
   * Returns the virtual thread whose continuation this is. The JDK hands schedulers a method
   * reference bound to the thread; the thread is its one field.
   */
  static @Nullable Thread threadOf(Runnable continuation) {
    Field field = THREAD_FIELD.get(continuation.getClass()).orElse(null);
    try {
      return field == null ? null : (Thread) field.get(continuation);
    } catch (IllegalAccessException e) {
      return null;
    }
  }
}
