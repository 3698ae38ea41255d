// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import java.util.List;

/** Our thread-per-connection model beside the smallest blocking server. */
final class Layer extends ClosedLoop {
  @Override
  public String id() {
    return "layer";
  }

  @Override
  public String question() {
    return "What does our server's layer cost over the smallest blocking server in Java?";
  }

  @Override
  public List<String> models() {
    return List.of("threads", "bare");
  }

  @Override
  public List<Setting> settings() {
    return List.of(new Setting(1), new Setting(32));
  }

  @Override
  public List<Comparison> comparisons(Bench bench, Results results) {
    return settings().stream()
        .map(setting ->
            Comparison.atMost(
                1.1,
                "threads ÷ bare, %s, server CPU per request".formatted(setting),
                results.ratio(setting.toString(), Figure.CPU_PER_REQUEST, "threads", "bare")))
        .toList();
  }
}
