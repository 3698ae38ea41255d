// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Things that cost something to make and serve one thread at a time, such as frame writers. A
 * thread takes one from the place its number leads to, or makes one; never waits. Thread-safe.
 */
final class AtRest<T> {
  private static final int PLACES = 16;

  private final AtomicReferenceArray<@Nullable T> places = new AtomicReferenceArray<>(PLACES);
  private final Supplier<T> maker;

  AtRest(Supplier<T> maker) {
    this.maker = maker;
  }

  T take() {
    T resting = places.getAndSet(place(), null);
    return resting != null ? resting : maker.get();
  }

  /** To be called only with what is fit for use again; what is not is left to the collector. */
  void put(T thing) {
    places.set(place(), thing);
  }

  private static int place() {
    return (int) (Thread.currentThread().threadId() % PLACES);
  }
}
