// SPDX-License-Identifier: Apache-2.0
package dev.overtake.live;

import dev.overtake.load.HogCalibration;
import dev.overtake.load.Target;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How large a long request must be, by language. The first server of each is asked before its load
 * begins, and the answer is kept: all models of a language get the same work.
 *
 * <p>Thread-safe.
 */
final class HogLengths {
  private static final double GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final int LARGEST_N = 92;

  private final ReentrantLock asking = new ReentrantLock(); // one at a time, for they compute
  private final Map<Contestant.Language, HogCalibration.Hog> known =
      new EnumMap<>(Contestant.Language.class); // guarded by asking

  /** Asks, if nobody of that language has been asked yet. */
  HogCalibration.Hog of(Contestant.Language language, Target target)
      throws IOException, InterruptedException {
    asking.lockInterruptibly();
    try {
      HogCalibration.Hog hog = known.get(language);
      if (hog == null) {
        hog = new HogCalibration(target, SECOND).run();
        known.put(language, hog);
      }
      return hog;
    } finally {
      asking.unlock();
    }
  }

  /** Each step in n makes a request longer by the golden ratio. */
  static int n(HogCalibration.Hog hog, Duration wanted) {
    double steps =
        Math.log(wanted.toNanos() / 1e9 / hog.expectedSeconds()) / Math.log(GOLDEN_RATIO);
    return Math.clamp(hog.n() + Math.round(steps), 1, LARGEST_N);
  }
}
