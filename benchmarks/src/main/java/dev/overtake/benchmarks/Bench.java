// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.lab.ServerFailure;
import dev.overtake.lab.ServerProcess;
import dev.overtake.lab.Stage;
import dev.overtake.load.HogCalibration;
import dev.overtake.load.LoadListener;
import dev.overtake.load.Perf1;
import dev.overtake.load.Perf2;
import dev.overtake.load.Target;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a benchmark works with: servers to start, requests of a known length, a plan to keep.
 *
 * <p>Not thread-safe.
 */
final class Bench {
  /** What the JVM of every server needs for our models, and Netty for its fast paths. */
  static final List<String> OPENING_FLAGS =
      List.of(
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  /** About how long a server takes to start and to end. */
  static final Duration START_AND_STOP = Duration.ofMillis(1_500);

  private static final Duration READY_WITHIN = Duration.ofSeconds(30);
  /* Naive recursion: each next n takes so many times as long. Long enough to be timed well, short
   * enough to be timed often. */
  private static final double GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;
  private static final int LARGEST_N = 92;
  private static final Duration GAUGE = Duration.ofMillis(20);
  private static final double GAUGE_TOLERANCE = 0.1;
  private static final int GAUGINGS = 3;

  private static final Duration INTERVAL = Duration.ofMillis(100);
  private static final Duration SHORTEST_PHASE = Duration.ofMillis(100);
  private static final Duration BRIEF_HOG = Duration.ofMillis(50);
  private static final Duration SETTLING = Duration.ofMillis(500);

  private final Stage stage;
  private final Plan plan;
  private Request gauge =
      new Request(LARGEST_N, Double.NaN); // these two are known after rehearse()
  private String gaugeInWords = "";

  Bench(Stage stage, Plan plan) {
    this.stage = stage;
    this.plan = plan;
  }

  Plan plan() {
    return plan;
  }

  int serverCores() {
    return stage.serverCores();
  }

  ServerProcess start(String model) throws ServerFailure, InterruptedException {
    return start(model, List.of(), List.of());
  }

  /** Starts a server with more flags for its JVM and more words for {@link ServerMain}. */
  ServerProcess start(String model, List<String> moreFlags, List<String> moreWords)
      throws ServerFailure, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(jdkTool("java"));
    command.addAll(OPENING_FLAGS);
    command.addAll(plan.jvmFlags());
    command.addAll(Peer.jvmFlags(model));
    command.addAll(moreFlags);
    command.addAll(List.of("-cp", classPath(), ServerMain.class.getName(), model));
    command.addAll(moreWords);
    return stage.start(command, READY_WITHIN);
  }

  /**
   * Starts an example service as its user would: with no flag of ours but the agent, if that is the
   * model.
   */
  ServerProcess startService(Framework framework, String model)
      throws ServerFailure, IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(jdkTool("java"));
    command.addAll(plan.jvmFlags());
    command.addAll(Peer.jvmFlags(model));
    command.addAll(framework.arguments(model));
    return stage.start(command, READY_WITHIN);
  }

  static Target target(ServerProcess server) {
    return new Target(server.address().getAddress().getHostAddress(), server.address().getPort());
  }

  static String jdkTool(String name) {
    return Path.of(System.getProperty("java.home"), "bin", name).toString();
  }

  /** All our classes, wherever this JVM has them from. */
  static String classPath() {
    return Stream.of("java.class.path", "jdk.module.path")
        .map(System::getProperty)
        .filter(path -> path != null && !path.isEmpty())
        .collect(Collectors.joining(File.pathSeparator));
  }

  /**
   * Finds out how long requests take here, on the smallest server, and runs the generator as in the
   * measurements, so that the first of them meets no cold one. To be called once, before the
   * others.
   *
   * @throws ServerFailure if that server does not start
   * @throws IOException if it does not answer
   */
  void rehearse() throws ServerFailure, IOException, InterruptedException {
    try (ServerProcess server = start("bare")) {
      shortLoad(server, 32, plan.warmup());
      double best = Double.POSITIVE_INFINITY;
      // Two estimates, the fastest and the median: when they agree, the compiler has done its work.
      for (int attempt = 0; attempt < GAUGINGS && best > GAUGE_TOLERANCE; attempt++) {
        HogCalibration.Hog fastest = new HogCalibration(target(server), GAUGE).run();
        double median = aloneSeconds(server, fastest.n(), plan.warmup());
        double disagreement = Math.abs(median / fastest.expectedSeconds() - 1);
        if (disagreement < best) {
          best = disagreement;
          gauge = new Request(fastest.n(), median);
          gaugeInWords =
              "fib(%d) takes %s ms alone on the server bare, at best %s ms"
                  .formatted(
                      fastest.n(),
                      Spread.show(median * 1e3),
                      Spread.show(fastest.expectedSeconds() * 1e3));
        }
      }
    }
  }

  /** How long a request takes here. */
  String gaugeInWords() {
    return gaugeInWords;
  }

  /** The request that takes about so long: the same one for all servers. */
  Request requestOf(Duration wanted) {
    double wantedSeconds = wanted.toNanos() / 1e9;
    int more = (int) Math.round(Math.log(wantedSeconds / gauge.seconds) / Math.log(GOLDEN_RATIO));
    int n = Math.clamp(gauge.n + more, 1, LARGEST_N);
    return new Request(n, gauge.secondsOf(n));
  }

  /**
   * A request and how long it takes alone, on a core of its own.
   *
   * @param n what to ask for
   * @param seconds the median
   */
  record Request(int n, double seconds) {
    /** How long another one takes, about. */
    double secondsOf(int another) {
      return seconds * Math.pow(GOLDEN_RATIO, another - n);
    }
  }

  /** Puts short requests, and nothing else, on a server for so long. */
  static Perf2.Run shortLoad(ServerProcess server, int connections, Duration length)
      throws IOException, InterruptedException {
    return perf2(server, connections, 0, 1, Duration.ZERO, length, SHORTEST_PHASE);
  }

  /**
   * Puts short requests on a server: warming up, calm, and beside hogs that ask for {@code hogN}.
   *
   * <p>Both kinds warm up, in turn and together, for twice the plan's warm-up: the first long
   * requests that a JVM sees cost a third of a second of its compilers' time on one core.
   */
  Perf2.Run loadBesideHogs(
      ServerProcess server, int connections, int hogs, int hogN, Duration calm, Duration loaded)
      throws IOException, InterruptedException {
    int briefHogN = requestOf(BRIEF_HOG).n();
    perf2(server, connections, hogs, briefHogN, Duration.ZERO, plan.warmup(), plan.warmup());
    // What was abandoned is computed to its end, which beside a short load takes a demoted one
    // long.
    Thread.sleep(BRIEF_HOG.multipliedBy(2L * hogs));
    return perf2(server, connections, hogs, hogN, SETTLING, calm, loaded);
  }

  private static Perf2.Run perf2(
      ServerProcess server,
      int connections,
      int hogs,
      int hogN,
      Duration warmup,
      Duration calm,
      Duration loaded)
      throws IOException, InterruptedException {
    Perf2.Options options =
        new Perf2.Options(
            target(server),
            1,
            connections,
            hogs,
            hogN,
            warmup,
            calm,
            loaded,
            SHORTEST_PHASE,
            INTERVAL);
    return new Perf2(options).run(LoadListener.NONE);
  }

  /**
   * The median time of a request on an otherwise idle server, in seconds.
   *
   * @throws IOException if none was answered in time
   */
  static double aloneSeconds(ServerProcess server, int n, Duration length)
      throws IOException, InterruptedException {
    Perf1.Result result =
        new Perf1(new Perf1.Options(target(server), n, 1, length)).run(sample -> {}).result();
    if (result.samples() == 0) {
      throw new IOException(
          "no answer to n=%d within %s s though nothing else was asked"
              .formatted(n, Spread.show(length.toMillis() / 1e3)));
    }
    return result.medianSeconds();
  }
}
