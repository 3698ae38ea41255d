// SPDX-License-Identifier: Apache-2.0
package dev.overtake.live;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * All who watch.
 *
 * <p>Thread-safe.
 */
final class Audience {
  static final int MOST_VIEWERS = 16;
  private static final long STUCK_NANOS = 30_000_000_000L;

  private final Set<Viewer> viewers = ConcurrentHashMap.newKeySet();
  private final AtomicLong droppedByGone = new AtomicLong();

  // Guarded by this.
  private byte @Nullable [] state;
  private boolean everWatched;
  private long emptySince;

  /** Lets the calling thread send to a new viewer; null if there are too many. */
  synchronized @Nullable Viewer enter() {
    if (viewers.size() == MOST_VIEWERS) {
      return null;
    }
    Viewer viewer = new Viewer();
    viewers.add(viewer);
    everWatched = true;
    if (state != null) {
      viewer.tellState(state);
    }
    return viewer;
  }

  synchronized void leave(Viewer viewer) {
    if (viewers.remove(viewer)) {
      droppedByGone.addAndGet(viewer.dropped());
      emptySince = System.nanoTime();
    }
  }

  synchronized void tellState(byte[] event) {
    state = event;
    viewers.forEach(viewer -> viewer.tellState(event));
  }

  void tellFrame(byte[] event) {
    for (Viewer viewer : viewers) {
      viewer.tellFrame(event);
      viewer.endIfStuck(STUCK_NANOS);
    }
  }

  int size() {
    return viewers.size();
  }

  /** Frames that were dropped, of all viewers there have been. */
  long dropped() {
    return droppedByGone.get() + viewers.stream().mapToLong(Viewer::dropped).sum();
  }

  /** Whether there have been viewers, and the last has been gone for so long. */
  synchronized boolean goneFor(long nanos) {
    return everWatched && viewers.isEmpty() && System.nanoTime() - emptySince >= nanos;
  }
}
