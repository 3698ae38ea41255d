// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** What it costs a request to be computed elsewhere. */
final class Trip extends ClosedLoop {
  /** What matters where workers compute for the server. */
  static final List<Figure> COLUMNS =
      List.of(
          Figure.REQUESTS_PER_SECOND,
          Figure.CPU_PER_REQUEST,
          Figure.WORKER_CPU_PER_REQUEST,
          Figure.P50,
          Figure.P99,
          Figure.GENERATOR);

  private static final String INLINE = "overtake";
  private static final String THREADS = "overtake@threads:4";
  private static final String PROCESSES = "overtake@processes:4";

  @Override
  public String id() {
    return "trip";
  }

  @Override
  public String question() {
    return "What does the trip of a task to another thread or process cost, in processor time and in"
        + " latency?";
  }

  @Override
  public String method() {
    return super.method()
        + "; the trip is the difference to computing inline, in the same round, of the server's and the"
        + " workers' CPU time together";
  }

  @Override
  public List<String> models() {
    return List.of(INLINE, THREADS, PROCESSES);
  }

  @Override
  public List<Setting> settings() {
    return List.of(new Setting(1), new Setting(32));
  }

  @Override
  public List<Figure> columns() {
    return COLUMNS;
  }

  @Override
  public List<Comparison> comparisons(Bench bench, Results results) {
    List<Comparison> comparisons = new ArrayList<>();
    for (Setting setting : settings()) {
      for (String model : List.of(THREADS, PROCESSES)) {
        String name = "%s, %s, ".formatted(model, setting);
        comparisons.add(
            Comparison.plain(
                name + "trip's processor time in µs",
                more(
                    results,
                    setting,
                    List.of(Figure.CPU_PER_REQUEST, Figure.WORKER_CPU_PER_REQUEST),
                    model)));
        comparisons.add(
            Comparison.plain(
                name + "trip's latency in µs", more(results, setting, List.of(Figure.P50), model)));
        Spread kept = results.ratio(setting.toString(), Figure.REQUESTS_PER_SECOND, model, INLINE);
        String what = name + "÷ inline, requests/s";
        comparisons.add(
            model.equals(PROCESSES) && setting.connections() > 1
                ? Comparison.atLeast(0.4, what, kept)
                : Comparison.plain(what, kept));
      }
    }
    return comparisons;
  }

  /** By how much the figures' sum is above inline's, round by round. */
  private static Spread more(Results results, Setting setting, List<Figure> figures, String model) {
    List<Double> differences = new ArrayList<>();
    String at = setting.toString();
    for (int round = 0; round < results.figure(at, Figure.P50, INLINE).rounds().size(); round++) {
      double difference = 0;
      for (Figure figure : figures) {
        difference +=
            results.figure(at, figure, model).rounds().get(round)
                - results.figure(at, figure, INLINE).rounds().get(round);
      }
      differences.add(difference);
    }
    return Spread.of(differences);
  }
}
