// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.lab.LabException;
import dev.overtake.lab.Probe;
import dev.overtake.lab.ProbeOptions;
import dev.overtake.lab.ProbeResult;
import dev.overtake.lab.ProgressListener;
import dev.overtake.lab.ServerFailure;
import dev.overtake.lab.ServerProcess;
import dev.overtake.load.Interference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The probe against services of others, as they are and under the agent. */
record Frameworks(List<Framework> settings) implements OneByOne<Framework> {
  private static final String ID = "frameworks";
  private static final String WITHOUT = "virtual";
  private static final String WITH = "agent";
  private static final double RETENTION = 0.8;

  /* A p99 needs a thousand samples, which a phase of 2 s must have in it; no service is busy then. */
  private static final double PER_SECOND = 1_000;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration RECOVERY = Duration.ofSeconds(3);
  private static final Duration LONG = Duration.ofSeconds(1);

  @Override
  public String id() {
    return ID;
  }

  @Override
  public String question() {
    return "What do short requests keep beside long ones in frameworks on the JDK's virtual threads,"
        + " without the agent and with it?";
  }

  @Override
  public String method() {
    return ("overtake probe asks /short %,.0f times a second at random moments, then back to back"
            + " over %d connections, alone and beside /long requests of about %d s each: twice as"
            + " many, always, as the server has processors. The same service, --model virtual, is"
            + " virtual, or under the agent with mode=protect agent; its JVM has no other flag for"
            + " that. gRPC is HTTP/2, which the probe does not speak: there, calls of our own over"
            + " one connection, planned and counted in the same way")
        .formatted(PER_SECOND, ServiceLoad.CONNECTIONS, LONG.toSeconds());
  }

  @Override
  public List<String> models() {
    return List.of(WITHOUT, WITH);
  }

  @Override
  public List<String> openingFlags() {
    return List.of();
  }

  @Override
  public Plan.Usual usual() {
    return new Plan.Usual(2, 2, 4);
  }

  @Override
  public List<Figure> columns() {
    return List.of(
        Figure.RETENTION,
        Figure.CLOSED_RETENTION,
        Figure.CALM_P99,
        Figure.LOADED_P99,
        Figure.LONGEST_STALL,
        Figure.GENERATOR);
  }

  @Override
  public Duration expected(Bench bench) {
    Duration phase = bench.plan().phase();
    return ServiceLoad.START_AND_STOP
        .plus(bench.plan().warmup().multipliedBy(3).dividedBy(2))
        .plus(phase.plus(closed(phase).multipliedBy(2)).multipliedBy(2))
        .plus(LONG.multipliedBy(2));
  }

  private static Duration closed(Duration phase) {
    Duration least = Duration.ofMillis(200);
    Duration part = phase.multipliedBy(2).dividedBy(5);
    return part.compareTo(least) < 0 ? least : part;
  }

  @Override
  public Measurement measure(Bench bench, Framework framework, String model)
      throws ServerFailure, IOException, InterruptedException {
    int n = bench.requestOf(LONG).n();
    int longOnes = 2 * bench.serverCores();
    try (ServerProcess server = bench.startService(framework, model)) {
      if (!framework.speaksHttp()) {
        return called(bench, server, longOnes, n);
      }
      ServiceLoad load = new ServiceLoad(server);
      load.warmUp(bench);
      Duration phase = bench.plan().phase();
      return probed(
          new Interference.Options(
              load.service(),
              load.shortOne(),
              load.longOne(n),
              List.of(0, longOnes),
              PER_SECOND,
              1,
              ServiceLoad.CONNECTIONS,
              Duration.ZERO,
              phase,
              closed(phase),
              PATIENCE,
              PATIENCE,
              RECOVERY));
    }
  }

  private static Measurement called(Bench bench, ServerProcess server, int longOnes, int n)
      throws IOException, InterruptedException {
    Duration phase = bench.plan().phase();
    try (GrpcLoad load = new GrpcLoad(server)) {
      load.warmUp(bench);
      return load.besideLongOnes(longOnes, n, PER_SECOND, phase, closed(phase));
    }
  }

  private static Measurement probed(Interference.Options load)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("overtake-frameworks-");
    try {
      ProbeResult result =
          Probe.run(
              new ProbeOptions(load, "/short", "/long", List.of(), "benchmarks/run " + ID, folder),
              ProgressListener.SILENT);
      return figures(JsonMapper.shared().readTree(result.json())).saying(result.verdict());
    } catch (LabException e) {
      throw new IOException(e.getMessage(), e);
    } finally {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }

  private static Measurement figures(JsonNode probe) {
    JsonNode calm = probe.at("/levels/0");
    JsonNode loaded = probe.at("/levels/1");
    Measurement measurement =
        new Measurement()
            .with(Figure.RETENTION, loaded.at("/retention").doubleValue(Double.NaN))
            .with(Figure.CLOSED_RETENTION, loaded.at("/closedRetention").doubleValue(Double.NaN))
            .with(Figure.CALM_P99, calm.at("/open/response/p99Micros").doubleValue(Double.NaN))
            .with(Figure.LOADED_P99, loaded.at("/open/response/p99Micros").doubleValue(Double.NaN))
            .with(
                Figure.LONGEST_STALL, loaded.at("/open/longestStallMillis").doubleValue(Double.NaN))
            .with(Figure.GENERATOR, calm.at("/closed/generator/cpuShare").doubleValue(Double.NaN));
    if (!probe.at("/invalid/0").isMissingNode()) {
      measurement.limitedBy(probe.at("/invalid/0").asString());
    } else if (calm.at("/closed/generator/saturated").asBoolean(false)) {
      measurement.limitedBy(
          "back to back, calm: " + calm.at("/closed/generator/verdict").asString());
    }
    return measurement;
  }

  @Override
  public List<Comparison> comparisons(Bench bench, Results results) {
    List<Comparison> comparisons = new ArrayList<>();
    for (Framework framework : settings) {
      String at = framework.toString();
      comparisons.add(
          Comparison.plain(
              "%s, retention without the agent".formatted(at),
              results.figure(at, Figure.RETENTION, WITHOUT)));
      comparisons.add(
          Comparison.atLeast(
              RETENTION,
              "%s, retention with it".formatted(at),
              results.figure(at, Figure.RETENTION, WITH)));
      comparisons.add(
          Comparison.atLeast(
              RETENTION,
              "%s, retention with it, back to back".formatted(at),
              results.figure(at, Figure.CLOSED_RETENTION, WITH)));
    }
    return comparisons;
  }
}
