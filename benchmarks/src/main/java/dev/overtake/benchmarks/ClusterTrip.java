// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What our layer adds to a trip over the cluster's engine. */
final class ClusterTrip implements OneByOne<ClusterTrip.Setting> {
  private static final String ENGINE = ClusterTripMain.ENGINE;
  private static final String OURS = ClusterTripMain.OURS;
  private static final int IN_FLIGHT = 64;
  private static final double PRICE = 1.1;

  /** Two members are compiled in one JVM. */
  private static final int WARMUPS = 2;

  @Override
  public String id() {
    return "cluster";
  }

  @Override
  public String question() {
    return "What does our layer add to a trip to another member, beside the engine's own request?";
  }

  @Override
  public String method() {
    return "two members in a fresh JVM, over loopback, closed loop of a task that computes nothing, each"
        + " caller a platform thread; jgroups is the engine's own request and answer with the settings"
        + " it ships with, but for its threads, which are as many and of the kind as in cluster, and"
        + " for sending small packets at once, as cluster does; both carry the same bytes of the same"
        + " task, written and read by the same code behind the same filter, and neither is"
        + " encrypted; members share the generator's cores, so see --placement";
  }

  @Override
  public List<String> models() {
    return List.of(ENGINE, OURS);
  }

  @Override
  public List<Setting> settings() {
    return List.of(new Setting(1), new Setting(IN_FLIGHT));
  }

  @Override
  public List<Figure> columns() {
    return List.of(Figure.REQUESTS_PER_SECOND, Figure.P50, Figure.P99);
  }

  @Override
  public Duration expected(Bench bench) {
    return Bench.START_AND_STOP
        .plus(bench.plan().warmup().multipliedBy(WARMUPS))
        .plus(bench.plan().phase());
  }

  @Override
  public Measurement measure(Bench bench, Setting setting, String model)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Bench.jdkTool("java"));
    command.addAll(Bench.OPENING_FLAGS);
    command.addAll(bench.plan().jvmFlags());
    command.addAll(
        List.of(
            "-cp",
            Bench.classPath(),
            ClusterTripMain.class.getName(),
            model,
            String.valueOf(setting.callers),
            String.valueOf(bench.plan().warmup().multipliedBy(WARMUPS).toMillis()),
            String.valueOf(bench.plan().phase().toMillis())));
    Process members =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader output = members.inputReader()) {
      String[] figures =
          output
              .lines()
              .filter(line -> line.startsWith(ClusterTripMain.RESULT))
              .map(line -> line.split(" "))
              .findFirst()
              .orElseThrow(() -> new IOException("no figures came of two members of " + model));
      return new Measurement()
          .with(Figure.REQUESTS_PER_SECOND, Double.parseDouble(figures[1]))
          .with(Figure.P50, Double.parseDouble(figures[2]))
          .with(Figure.P99, Double.parseDouble(figures[3]));
    } finally {
      members.destroyForcibly();
      members.waitFor();
    }
  }

  /** The price in the median of one caller, and in the rate of many. */
  @Override
  public List<Comparison> comparisons(Bench bench, Results results) {
    String one = settings().getFirst().toString();
    String many = settings().getLast().toString();
    return List.of(
        Comparison.atMost(
            PRICE,
            "cluster ÷ jgroups, %s, p50".formatted(one),
            results.ratio(one, Figure.P50, OURS, ENGINE)),
        Comparison.atMost(
            PRICE,
            "jgroups ÷ cluster, %s, trips/s".formatted(many),
            results.ratio(many, Figure.REQUESTS_PER_SECOND, ENGINE, OURS)));
  }

  record Setting(int callers) {
    @Override
    public String toString() {
      return callers == 1 ? "1 caller" : callers + " in flight";
    }
  }
}
