// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import java.util.List;

/** Ours beside others, and the watchdog's price. */
final class Calm extends ClosedLoop {
  @Override
  public String id() {
    return "calm";
  }

  @Override
  public String question() {
    return "What do short requests cost without long ones, and what does the watchdog cost?";
  }

  @Override
  public List<String> models() {
    return List.of("overtake", "event-loop", "netty", "vertx", "threads", "virtual", "fallback");
  }

  @Override
  public List<Setting> settings() {
    return List.of(new Setting(32));
  }

  @Override
  public List<Comparison> comparisons(Bench bench, Results results) {
    String at = settings().getFirst().toString();
    return List.of(
        Comparison.atLeast(
            1.1,
            "overtake ÷ netty, requests/s",
            results.ratio(at, Figure.REQUESTS_PER_SECOND, "overtake", "netty")),
        Comparison.plain(
            "overtake ÷ netty, server CPU per request",
            results.ratio(at, Figure.CPU_PER_REQUEST, "overtake", "netty")),
        Comparison.atLeast(
            0.98,
            "overtake ÷ event-loop, requests/s",
            results.ratio(at, Figure.REQUESTS_PER_SECOND, "overtake", "event-loop")),
        Comparison.atMost(
            1.02,
            "overtake ÷ event-loop, server CPU per request",
            results.ratio(at, Figure.CPU_PER_REQUEST, "overtake", "event-loop")));
  }
}
