// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.load.Perf2;
import java.time.Duration;
import java.util.Objects;

/**
 * What long requests did to short ones under one load, for all variants.
 *
 * @param load how many of either
 * @param phases how long each phase was
 * @param trials what was measured
 */
record HogTrials(Load load, Phases phases, Trials<Round> trials) {
  /** How finely the rate is shown over time. */
  static final Duration INTERVAL = Duration.ofMillis(100);

  /** Why a row has no retention. */
  static String whyNoRetention(Trials.Row<?> row) {
    return row.measured() ? "no answer even when calm" : row.whyMissing();
  }

  /** Whether the generator was the limit in some round of this row. */
  static boolean saturated(Trials.Row<Round> row) {
    return row.rounds().stream().anyMatch(round -> round.run.health().saturated());
  }

  /** Whether the generator was the limit while the hogs ran. */
  static boolean saturatedWhileLoaded(Trials.Row<Round> row) {
    return row.rounds().stream().anyMatch(round -> round.loaded().health().saturated());
  }

  /** The generator's share of a core in words, or that it was the limit. */
  static String generatorInWords(Trials.Row<Round> row) {
    double share =
        row.rounds().stream().mapToDouble(round -> round.run.health().cpuShare()).max().orElse(0);
    return saturated(row)
        ? "invalid: the generator was the limit"
        : "generator at %s of a core".formatted(Wording.percent(share));
  }

  /** How many connections ask for short requests, and how many beside them for long ones. */
  record Load(int connections, int hogs) {
    String hogsInWords() {
      return Wording.count(hogs, "hog");
    }

    @Override
    public String toString() {
      return Wording.count(connections, "connection") + " beside " + hogsInWords();
    }
  }

  /** How long each phase is. */
  record Phases(Duration warmup, Duration calm, Duration loaded, Duration recovered) {
    /* All hogs together keep one core busy for this share of the loaded phase: several answers of
     * a hog fall into the phase, and what is abandoned at its end is soon computed to its end. */
    private static final double HOGS_SHARE_OF_LOADED = 0.35;

    static Phases ofMillis(long warmup, long calm, long loaded, long recovered) {
      return new Phases(
          Duration.ofMillis(warmup),
          Duration.ofMillis(calm),
          Duration.ofMillis(loaded),
          Duration.ofMillis(recovered));
    }

    Duration measured() {
      return calm.plus(loaded).plus(recovered);
    }

    /** The warm-up is as long as a JIT compiler needs, whatever the pace. */
    Phases paced(Bench bench) {
      return new Phases(
          warmup,
          whole(bench.paced(calm)),
          whole(bench.paced(loaded)),
          whole(bench.paced(recovered)));
    }

    /** How long one hog's request lasts on an idle server. */
    Duration hog(Load load) {
      return Duration.ofMillis((long) (loaded.toMillis() * HOGS_SHARE_OF_LOADED / load.hogs));
    }

    /** A whole number of intervals, so that the rounds' intervals lie on top of each other. */
    private static Duration whole(Duration phase) {
      return INTERVAL.multipliedBy(Math.max(1, phase.toMillis() / INTERVAL.toMillis()));
    }
  }

  /**
   * One round of one variant.
   *
   * @param run always with hogs, so that all phases are there
   * @param hogN what the hogs asked for
   * @param serverCpuSeconds CPU time of the server since its start, when the run was over
   * @param serverResidentBytes physical memory it held then; 0 if unknown
   */
  record Round(Perf2.Run run, int hogN, double serverCpuSeconds, long serverResidentBytes) {
    Perf2.PhaseRun loaded() {
      return Objects.requireNonNull(run.loaded());
    }

    Perf2.HogRun hogs() {
      return Objects.requireNonNull(run.hogRun());
    }

    double calmRate() {
      return run.calm().figures().requestsPerSecond();
    }

    double loadedRate() {
      return loaded().figures().requestsPerSecond();
    }

    /** NaN if nothing was answered even when calm. */
    double retention() {
      return loadedRate() / calmRate();
    }

    /** The recovered phase's rate as a part of the calm one's. */
    double recovery() {
      return Objects.requireNonNull(run.recovered()).figures().requestsPerSecond() / calmRate();
    }
  }
}
