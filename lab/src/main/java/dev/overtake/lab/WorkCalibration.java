// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How many steps of {@link Work} a millisecond of a core has room for.
 *
 * <p>Once a run, on one calm server: the code is the same under all models, and a constant for each
 * would give them different work. By wall time, for the clock of a process's CPU time ticks too
 * slowly; the trip to the server and back is taken off, and what else disturbs is left out by the
 * median.
 *
 * @param stepsPerMilli the constant
 * @param alone how long requests took that were asked for one at a time, trip included
 */
record WorkCalibration(double stepsPerMilli, List<Alone> alone) {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int TINY_REQUESTS = 5_000;
  private static final int FIRST_STEPS = 2_000_000;
  private static final int FIRST_REQUESTS = 60;
  /* Short enough to lie within one turn on the processor, if something else wants it, too. */
  private static final double GAUGE_MILLIS = 1;
  private static final int GAUGE_REQUESTS = 201;
  /* Whatever disturbs makes requests look longer than they are: the largest of some is the best. */
  private static final int GAUGINGS = 3;
  private static final double ALONE_MILLIS = 200;
  private static final int FEWEST_ALONE = 5;
  private static final int MOST_ALONE = 201;

  /**
   * A request on an idle server.
   *
   * @param millis of CPU time that it should take
   * @param measuredMillis what it took, the median
   */
  record Alone(double millis, double measuredMillis) {}

  /** The server must be idle and serve a {@link WorkHandler}. */
  static WorkCalibration on(InetSocketAddress server, List<Double> millis) throws ServerFailure {
    try (Client client = new Client(server)) {
      double _ = medianMillis(client, 1, TINY_REQUESTS); // the JIT compiler takes its time
      double roughMillis = medianMillis(client, FIRST_STEPS, FIRST_REQUESTS);
      double tripMillis = medianMillis(client, 1, TINY_REQUESTS);
      long steps = Math.round(FIRST_STEPS * GAUGE_MILLIS / roughMillis);
      double stepsPerMilli = 0;
      for (int i = 0; i < GAUGINGS; i++) {
        double gaugeMillis = medianMillis(client, steps, GAUGE_REQUESTS) - tripMillis;
        stepsPerMilli = Math.max(stepsPerMilli, steps / gaugeMillis);
      }
      List<Alone> alone = new ArrayList<>();
      for (double each : millis) {
        int times = Math.clamp((long) (ALONE_MILLIS / each), FEWEST_ALONE, MOST_ALONE);
        alone.add(new Alone(each, medianMillis(client, Math.round(each * stepsPerMilli), times)));
      }
      return new WorkCalibration(stepsPerMilli, alone);
    } catch (IOException e) {
      throw new ServerFailure(ServerFailure.reason(e));
    }
  }

  private static double medianMillis(Client client, long steps, int times)
      throws IOException, ServerFailure {
    double[] seconds = new double[times];
    for (int i = 0; i < times; i++) {
      client.ask(steps);
      seconds[i] =
          client
              .awaitAnswer(PATIENCE)
              .orElseThrow(() -> new ServerFailure("no answer to %d steps".formatted(steps)));
    }
    Arrays.sort(seconds);
    return seconds[times / 2] * 1e3;
  }
}
