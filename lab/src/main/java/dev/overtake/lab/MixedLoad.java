// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.load.ClosedMix;
import dev.overtake.load.LoadListener;
import dev.overtake.load.OpenLoop;
import dev.overtake.load.OpenLoop.RequestClass;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Puts a mix on one server, at one load after the other.
 *
 * <p>Not thread-safe: belongs to the thread that measures.
 */
final class MixedLoad {
  /** So much more than the capacity that queues grow all the time. */
  static final double OVERLOAD = 1.2;

  /** Requests at a time for each core of the server, before they wait at the generator. */
  static final int CONNECTIONS = 64;

  /** Some more than are needed: arrivals are random. */
  static final int SAMPLES = MixPoint.LEAST_SAMPLES + 100;

  private static final Duration RAMP = Duration.ofMillis(500);
  private static final long SEED = 6;
  private static final int WARM_CONNECTIONS = 32;
  private static final double WARM_LONG_MILLIS = 5;
  private static final double WARM_LONG_SHARE = 2e-4;
  private static final Duration BETWEEN_GLANCES = Duration.ofMillis(20);
  private static final int IDLE_GLANCES = 4;
  private static final int MOST_GLANCES = 500;

  private final ServerProcess server;
  private final Mix mix;
  private final double stepsPerMilli;
  private final int cores;

  MixedLoad(ServerProcess server, Mix mix, double stepsPerMilli, int cores) {
    this.server = server;
    this.mix = mix;
    this.stepsPerMilli = stepsPerMilli;
    this.cores = cores;
  }

  /**
   * Lets the server's JIT compiler see many requests and some long ones. A mix alone would not do:
   * of the rarest there are ten a second, and a server that is still interpreted is another one.
   */
  void warmUp(Duration length) throws ServerFailure, InterruptedException {
    int longSteps = (int) Math.round(WARM_LONG_MILLIS * stepsPerMilli);
    ClosedMix.Options options =
        new ClosedMix.Options(
            server.target(),
            List.of(
                new RequestClass("tiny", 1, 1),
                new RequestClass("long", longSteps, WARM_LONG_SHARE)),
            WARM_CONNECTIONS,
            Duration.ZERO,
            length);
    try {
      ClosedMix.Run _ = new ClosedMix(options).run();
    } catch (IOException e) {
      throw new ServerFailure(ServerFailure.reason(e));
    }
  }

  /** Offers a share of the capacity. */
  MixPoint at(double load, Duration length) throws ServerFailure, InterruptedException {
    return MixPoint.of(mix, load, run(mix, perSecond(load), length));
  }

  /** Offers as many of the shortest kind as at a share of the capacity, and nothing else. */
  MixPoint alone(double load, Duration length) throws ServerFailure, InterruptedException {
    double perSecond = perSecond(load) * mix.share(mix.shortest());
    Mix alone = mix.alone();
    return MixPoint.of(alone, load, run(alone, perSecond, length));
  }

  /** Offers more than the capacity. */
  OpenLoop.Run overload(Duration length) throws ServerFailure, InterruptedException {
    return run(mix, perSecond(OVERLOAD), length);
  }

  private double perSecond(double load) {
    return load * mix.capacityPerSecond(cores);
  }

  private OpenLoop.Run run(Mix offered, double perSecond, Duration length)
      throws ServerFailure, InterruptedException {
    awaitIdle();
    OpenLoop.Options options =
        OpenLoop.Options.defaults(server.target(), perSecond)
            .withMix(offered.classes(stepsPerMilli))
            .withConnections(CONNECTIONS * cores)
            .withArrivals(OpenLoop.Arrivals.POISSON, SEED)
            .withTimes(RAMP, length);
    try {
      return new OpenLoop(options).run(LoadListener.NONE);
    } catch (IOException e) {
      throw new ServerFailure(ServerFailure.reason(e));
    }
  }

  /**
   * What the last load has left in the server is computed to its end, though nobody waits for it.
   * Not its CPU time tells, for a demoted thread may get none for a while.
   */
  private void awaitIdle() throws ServerFailure, InterruptedException {
    int idle = 0;
    for (int i = 0; i < MOST_GLANCES && idle < IDLE_GLANCES; i++) {
      if (server.endsWithin(BETWEEN_GLANCES)) {
        throw new ServerFailure("it ended between two loads");
      }
      idle = server.wantsProcessor() ? 0 : idle + 1;
    }
  }
}
