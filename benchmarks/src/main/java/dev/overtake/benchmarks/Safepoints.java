// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.lab.ServerFailure;
import dev.overtake.lab.ServerProcess;
import dev.overtake.load.Perf2;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.DoubleSummaryStatistics;
import java.util.List;

/** Whether pauses of the JVM last longer because demoted threads are slow to stop. */
final class Safepoints implements OneByOne<Safepoints.Setting> {
  private static final int CONNECTIONS = 32;
  private static final int HOGS = 8;
  private static final String UNDEMOTED = "overtake:none";

  /* Together a small collection each fifth of a second: the same disturbance for every server. */
  private static final String YOUNG = "-Xmn16m";
  private static final String GARBAGE_MEGABYTES_PER_SECOND = "80";

  @Override
  public String id() {
    return "safepoints";
  }

  @Override
  public String question() {
    return "How much retention does each strength of demotion buy, and how much longer does it make"
        + " the JVM's pauses?";
  }

  @Override
  public String method() {
    return "closed loop of n=1 over 32 connections beside 8 endless hogs; every server makes"
        + " 80 MB/s of garbage in a young generation of 16 MB, so that it is collected about five"
        + " times a second; pauses as the JVM logs them (-Xlog:safepoint), those of the loaded phase";
  }

  @Override
  public List<String> models() {
    return List.of(
        UNDEMOTED,
        "overtake:nice-5",
        "overtake:nice-10",
        "overtake:nice-19",
        "overtake:idle",
        "threads");
  }

  @Override
  public List<Setting> settings() {
    return List.of(new Setting());
  }

  @Override
  public List<Figure> columns() {
    return List.of(
        Figure.RETENTION,
        Figure.LOADED_P99,
        Figure.LONGEST_STALL,
        Figure.PAUSES,
        Figure.MEAN_PAUSE,
        Figure.LONGEST_PAUSE,
        Figure.ALL_PAUSES,
        Figure.MEAN_REACHING,
        Figure.LONGEST_REACHING,
        Figure.GENERATOR);
  }

  @Override
  public Duration expected(Bench bench) {
    return Bench.START_AND_STOP
        .plus(bench.plan().warmup().multipliedBy(2))
        .plus(bench.plan().phase().multipliedBy(2));
  }

  @Override
  public Measurement measure(Bench bench, Setting setting, String model)
      throws ServerFailure, IOException, InterruptedException {
    int hogN = Interference.endlessN(bench);
    Duration phase = bench.plan().phase();
    Path log = Files.createTempFile("safepoints", ".log");
    try (ServerProcess server =
        bench.start(
            model, List.of(YOUNG, SafepointLog.flag(log)), List.of(GARBAGE_MEGABYTES_PER_SECOND))) {
      Perf2.Run run = bench.loadBesideHogs(server, CONNECTIONS, HOGS, hogN, phase, phase);
      Instant loaded = run.startedAt().plus(phase);
      SafepointLog pauses = SafepointLog.read(log).between(loaded, loaded.plus(phase));
      DoubleSummaryStatistics millis = pauses.millis();
      DoubleSummaryStatistics reaching = pauses.reachingMillis();
      Measurement measured =
          Interference.figures(run).with(Figure.PAUSES, (double) millis.getCount());
      return millis.getCount() == 0
          ? measured
          : measured
              .with(Figure.MEAN_PAUSE, millis.getAverage())
              .with(Figure.LONGEST_PAUSE, millis.getMax())
              .with(Figure.ALL_PAUSES, millis.getSum())
              .with(Figure.MEAN_REACHING, reaching.getAverage())
              .with(Figure.LONGEST_REACHING, reaching.getMax());
    } finally {
      Files.deleteIfExists(log);
    }
  }

  @Override
  public List<Comparison> comparisons(Bench bench, Results results) {
    String at = settings().getFirst().toString();
    return bench.plan().models(this).stream()
        .filter(model -> model.startsWith("overtake") && !model.equals(UNDEMOTED))
        .flatMap(model ->
            List.of(
                Comparison.atMost(
                    2,
                    "%s ÷ undemoted, mean pause".formatted(model),
                    results.ratio(at, Figure.MEAN_PAUSE, model, UNDEMOTED)),
                Comparison.atMost(
                    2,
                    "%s ÷ undemoted, longest pause".formatted(model),
                    results.ratio(at, Figure.LONGEST_PAUSE, model, UNDEMOTED)))
                .stream())
        .toList();
  }

  record Setting() {
    @Override
    public String toString() {
      return "32 connections, 8 hogs";
    }
  }
}
