// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.load.CalibrationException;
import dev.overtake.load.HogCalibration;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Knows which request keeps a server busy for how long: one number for all of our models, which run
 * the same code, one for those that mark its instructions, and one for CPython.
 *
 * <p>Not thread-safe: belongs to the thread that runs the experiments.
 */
final class Requests {
  private static final Duration PROBE = Duration.ofMillis(200);
  /* Whatever disturbs a calibration, a cold JVM first of all, makes requests look longer than they
   * are and the number too small: so the largest of some is the best. */
  private static final int CALIBRATIONS = 3;
  private static final int LARGEST_N = 92;
  private static final double GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;

  private final Map<String, HogCalibration.Hog> known = new HashMap<>();

  /**
   * Returns the {@code n} that lasts about so long on an idle server that runs the same code. Asks
   * this one if it is the first that does.
   *
   * @throws ServerFailure if the server cannot tell
   */
  int lasting(Duration wanted, Variant variant, ServerProcess server)
      throws ServerFailure, InterruptedException {
    String code = variant.marked() ? Variant.GIL : variant.kind().name();
    HogCalibration.Hog probe = known.get(code);
    if (probe == null) {
      probe = calibrate(server);
      known.put(code, probe);
    }
    return lasting(wanted, probe);
  }

  /** Each step of n costs about 1.618 times the one before. */
  static int lasting(Duration wanted, HogCalibration.Hog probe) {
    double times = wanted.toNanos() / 1e9 / probe.expectedSeconds();
    long steps = Math.round(Math.log(times) / Math.log(GOLDEN_RATIO));
    return Math.clamp(probe.n() + steps, 1, LARGEST_N);
  }

  private static HogCalibration.Hog calibrate(ServerProcess server)
      throws ServerFailure, InterruptedException {
    HogCalibration calibration = new HogCalibration(server.target(), PROBE);
    HogCalibration.Hog best = null;
    String problem = "";
    for (int i = 0; i < CALIBRATIONS; i++) {
      try {
        HogCalibration.Hog hog = calibration.run();
        best = best == null || hog.n() > best.n() ? hog : best;
      } catch (CalibrationException confusedByDisturbance) {
        problem = ServerFailure.reason(confusedByDisturbance);
      } catch (IOException e) {
        throw new ServerFailure(ServerFailure.reason(e));
      }
    }
    if (best == null) {
      throw new ServerFailure(problem);
    }
    return best;
  }
}
