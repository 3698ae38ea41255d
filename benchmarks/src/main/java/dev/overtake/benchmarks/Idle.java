// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.lab.ServerFailure;
import dev.overtake.lab.ServerProcess;
import dev.overtake.load.IdleFleet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What connections cost that say nothing. */
record Idle(int connections) implements OneByOne<Idle.Setting> {
  private static final int CONNECTS_PER_SECOND = 5_000;
  private static final int PASSING = 5_000;
  private static final int MOST_BYTES_OF_HEAP = 1_500;

  /** The last line of jcmd's class histogram: instances and bytes of all that is alive. */
  private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)\\s*$");

  @Override
  public String id() {
    return "idle";
  }

  @Override
  public String question() {
    return "What does an idle connection cost in heap and in memory, and how fast is one found that"
        + " speaks?";
  }

  @Override
  public String method() {
    return "one process holds the connections, after 5,000 others have come and gone; heap is what"
        + " jcmd's GC.class_histogram finds alive, and resident memory VmRSS, each with the"
        + " connections less without, ÷ connections; then pings of n=1 over all of them in turn, one"
        + " at a time";
  }

  @Override
  public List<String> models() {
    return List.of("overtake", "event-loop", "threads", "virtual", "netty", "vertx");
  }

  @Override
  public List<Setting> settings() {
    return List.of(new Setting(connections));
  }

  @Override
  public List<Figure> columns() {
    return List.of(
        Figure.HELD,
        Figure.HEAP_EACH,
        Figure.RESIDENT_EACH,
        Figure.P50,
        Figure.P99,
        Figure.GENERATOR);
  }

  @Override
  public Duration expected(Bench bench) {
    return Bench.START_AND_STOP
        .plus(bench.plan().warmup().multipliedBy(3))
        .plus(bench.plan().phase())
        .plusMillis(1_000L * (connections + PASSING) / CONNECTS_PER_SECOND)
        .plusSeconds(3);
  }

  @Override
  public Measurement measure(Bench bench, Setting setting, String model)
      throws ServerFailure, IOException, InterruptedException {
    try (ServerProcess server = bench.start(model)) {
      warmUp(server, Math.min(PASSING, setting.connections), bench.plan().warmup());
      Memory before = Memory.of(server);
      IdleFleet fleet = open(server, setting.connections);
      try {
        // Only of those that have been answered it is sure that the server has taken them.
        fleet.ping(1, setting.connections, bench.plan().warmup());
        Memory with = Memory.of(server);
        IdleFleet.Pings pings = fleet.ping(1, setting.connections, bench.plan().phase());
        double held = pings.openConnections();
        return new Measurement()
            .with(pings.health())
            .with(Figure.HELD, held)
            .with(Figure.HEAP_EACH, (with.heapBytes - before.heapBytes) / held)
            .with(Figure.RESIDENT_EACH, (with.residentBytes - before.residentBytes) / held)
            .with(Figure.P50, pings.latency().p50Micros())
            .with(Figure.P99, pings.latency().p99Micros());
      } finally {
        closeServerFirst(server, fleet);
      }
    }
  }

  /** The side that closes first has its ports blocked for a minute; the generator needs its own. */
  private static void closeServerFirst(ServerProcess server, IdleFleet fleet) throws IOException {
    try (fleet) {
      server.close();
    }
  }

  /*
   * Loads classes, compiles, touches the heap: none of that belongs to the connections. Connections
   * come and go as well, because a method that runs once for each of them is compiled only then, and
   * while it is interpreted its frames are several times as large.
   */
  private static void warmUp(ServerProcess server, int connections, Duration length)
      throws IOException, InterruptedException {
    try (IdleFleet passing = open(server, connections)) {
      passing.ping(1, connections, length);
    }
    Bench.shortLoad(server, 32, length);
  }

  private static IdleFleet open(ServerProcess server, int connections)
      throws IOException, InterruptedException {
    IdleFleet fleet =
        IdleFleet.open(
            new IdleFleet.Options(Bench.target(server), connections, CONNECTS_PER_SECOND));
    IdleFleet.Opening opening = fleet.opening();
    if (opening.connected() < connections) {
      fleet.close();
      throw new IOException(
          "opened %,d of %,d connections: %s"
              .formatted(
                  opening.connected(),
                  connections,
                  opening.limit() == null ? opening.failures() : opening.limit()));
    }
    return fleet;
  }

  @Override
  public List<Comparison> comparisons(Bench bench, Results results) {
    String at = settings().getFirst().toString();
    return List.of(
        Comparison.atLeast(
            connections, "overtake, connections held", results.figure(at, Figure.HELD, "overtake")),
        Comparison.atMost(
            MOST_BYTES_OF_HEAP,
            "overtake, bytes of heap each",
            results.figure(at, Figure.HEAP_EACH, "overtake")));
  }

  record Setting(int connections) {
    @Override
    public String toString() {
      return "%,d idle connections".formatted(connections);
    }
  }

  private record Memory(double heapBytes, double residentBytes) {
    static Memory of(ServerProcess server) throws IOException, InterruptedException {
      double heapBytes = liveHeapBytes(server);
      return new Memory(heapBytes, server.residentBytes().orElse(0));
    }

    private static double liveHeapBytes(ServerProcess server)
        throws IOException, InterruptedException {
      Process jcmd =
          new ProcessBuilder(
                  Bench.jdkTool("jcmd"), Long.toString(server.pid()), "GC.class_histogram")
              .redirectErrorStream(true)
              .start();
      try {
        String printed = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        jcmd.waitFor();
        Matcher total = TOTAL.matcher(printed);
        if (!total.find()) {
          throw new IOException(
              "jcmd gave no class histogram: " + printed.lines().findFirst().orElse("nothing"));
        }
        return Long.parseLong(total.group(1));
      } finally {
        jcmd.destroyForcibly();
      }
    }
  }
}
