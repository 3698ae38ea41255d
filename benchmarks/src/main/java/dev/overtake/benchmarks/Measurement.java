// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.load.GeneratorHealth;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one round of one server in one setting gave. Not thread-safe while it is being filled. */
final class Measurement {
  private final Map<Figure, Double> figures = new EnumMap<>(Figure.class);
  private @Nullable String limit;
  private @Nullable String said;

  Measurement with(Figure figure, double value) {
    figures.put(figure, value);
    return this;
  }

  /** Notes how busy the generator was, and whether it was the limit of the figures. */
  Measurement with(GeneratorHealth health) {
    if (health.saturated()) {
      limitedBy(health.verdict());
    }
    return with(Figure.GENERATOR, health.cpuShare());
  }

  /** Notes in which way the generator was the limit. */
  void limitedBy(String verdict) {
    limit = verdict;
  }

  /** Adds what was found in a sentence. */
  Measurement saying(String sentence) {
    said = sentence;
    return this;
  }

  /** NaN if there is no such figure. */
  double value(Figure figure) {
    return figures.getOrDefault(figure, Double.NaN);
  }

  /** Why the generator and not the server was the limit; null if it was not. */
  @Nullable String limit() {
    return limit;
  }

  /** What was found, in a sentence; null if figures say it all. */
  @Nullable String said() {
    return said;
  }
}
