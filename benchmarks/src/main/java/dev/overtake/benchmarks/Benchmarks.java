// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.lab.ConsoleProgress;
import dev.overtake.lab.Placement;
import dev.overtake.lab.ProgressListener;
import dev.overtake.lab.ServerFailure;
import dev.overtake.lab.Stage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code benchmarks/run}. */
@Command(
    name = "benchmarks/run",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Measures servers side by side, each in a process of its own.",
    footer = {
      "",
      "Benchmarks: interference, calm, storm, safepoints, long, hard, idle, layer, trip, cluster,"
          + " start.",
      "Run alone: frameworks (7 minutes, 1.5 for one framework), frameworks-calm (8 minutes),",
      "bimodal (11 minutes for a mix).",
      "With jmh as the first word, the rest goes to JMH: benchmarks/run jmh SliceCost.",
      "",
      "Models: " + Peer.CHOICES + ".",
      "",
      "Example:",
      "  benchmarks/run interference --models overtake,threads,netty --connections 32 --hogs 8"
    })
public final class Benchmarks implements Callable<Integer> {
  private static final String ALL = "all";

  @Parameters(
      arity = "1..*",
      paramLabel = "BENCHMARK",
      description = "What to run, or all but those run alone; see below.")
  private List<String> names = List.of();

  @Option(
      names = "--rounds",
      paramLabel = "COUNT",
      description =
          "How often each server is measured (default 5; frameworks 2, -calm 6, bimodal 3).")
  private @Nullable Integer rounds;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "How long each measured phase lasts (default 5; frameworks 2).")
  private @Nullable Double seconds;

  @Option(
      names = "--warmup",
      paramLabel = "S",
      description =
          "How long each fresh server is warmed up (default 3; frameworks 4, -calm 10, bimodal"
              + " 2).")
  private @Nullable Double warmup;

  @Option(
      names = "--quick",
      description =
          "One round of 1 s after 1 s of warm-up, unless said otherwise: a look, no figures.")
  private boolean quick;

  @Option(
      names = "--models",
      split = ",",
      paramLabel = "MODEL",
      description = "The servers, separated by commas; see below (default: each benchmark's own).")
  private List<String> models = List.of();

  @Option(
      names = "--placement",
      paramLabel = "WHERE",
      defaultValue = "separate",
      description =
          "separate: generator and server on different cores (default); separate:N: the server on N;"
              + " shared: both on all cores, in one scheduling group.")
  private String placement = "separate";

  @Option(names = "--no-spinners", description = "Let idle cores fall asleep.")
  private boolean noSpinners;

  @Option(
      names = "--jvm",
      split = " ",
      paramLabel = "FLAGS",
      defaultValue = "-Xms512m -Xmx512m -XX:+AlwaysPreTouch -XX:+UseG1GC",
      description = "Heap and collector of every server (default: ${DEFAULT-VALUE}).")
  private List<String> jvmFlags = List.of();

  @Option(
      names = "--connections",
      split = ",",
      paramLabel = "COUNT",
      defaultValue = "1,32",
      description = "interference: how many carry short requests (default: ${DEFAULT-VALUE}).")
  private List<Integer> connections = List.of();

  @Option(
      names = "--hogs",
      split = ",",
      paramLabel = "COUNT",
      defaultValue = "1,2,8",
      description = "interference: how many long requests (default: ${DEFAULT-VALUE}).")
  private List<Integer> hogs = List.of();

  @Option(
      names = "--rates",
      split = ",",
      paramLabel = "PER-SECOND",
      defaultValue = "2000,5000,10000,15000",
      description = "hard: requests per second (default: ${DEFAULT-VALUE}).")
  private List<Integer> rates = List.of();

  @Option(
      names = "--mix",
      paramLabel = "MIX",
      defaultValue = "extreme",
      description = "bimodal: extreme, high, tpcc, rocksdb or fixed (default: ${DEFAULT-VALUE}).")
  private String mix = "extreme";

  @Option(
      names = "--loads",
      split = ",",
      paramLabel = "SHARE",
      defaultValue = "0.1,0.3,0.5,0.7,0.9",
      description = "bimodal: shares of the capacity, rising (default: ${DEFAULT-VALUE}).")
  private List<Double> loads = List.of();

  @Option(
      names = "--idle",
      paramLabel = "COUNT",
      defaultValue = "15000",
      description = "idle: how many connections (default: ${DEFAULT-VALUE}).")
  private int idle;

  @Option(
      names = "--frameworks",
      split = ",",
      paramLabel = "NAME",
      description =
          "frameworks, frameworks-calm: which example services (default: all; -calm: jetty,helidon).")
  private List<String> frameworks = List.of();

  @Option(names = "--markdown", description = "Print tables as Markdown, to be pasted.")
  private boolean markdown;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Also write every round's figures there.")
  private @Nullable Path json;

  @Spec private CommandSpec spec = CommandSpec.create();

  private final String command;

  private Benchmarks(String command) {
    this.command = command;
  }

  /**
   * Runs benchmarks and ends the process: 0 done, 1 failed, 2 misused.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String... arguments) {
    System.exit(commandLine(arguments).execute(arguments));
  }

  /** Each failure is one line on the standard error. */
  static CommandLine commandLine(String... arguments) {
    String command = "benchmarks/run " + String.join(" ", arguments);
    return new CommandLine(new Benchmarks(command))
        .setParameterExceptionHandler((misuse, _) -> {
          CommandLine commandLine = misuse.getCommandLine();
          say(commandLine, misuse.getMessage() + "; see --help");
          return commandLine.getCommandSpec().exitCodeOnInvalidInput();
        })
        .setExecutionExceptionHandler((failure, commandLine, _) -> {
          say(commandLine, String.valueOf(failure.getMessage()));
          return commandLine.getCommandSpec().exitCodeOnExecutionException();
        });
  }

  private static void say(CommandLine commandLine, String message) {
    commandLine.getErr().println("benchmarks/run: " + message);
  }

  @Override
  public Integer call() throws IOException, ServerFailure, InterruptedException {
    List<Benchmark<?>> benchmarks = chosen();
    Plan plan = plan(benchmarks);
    Report report;
    Stage closed;
    try (Stage stage = Stage.open(placement())) {
      closed = stage;
      if (!noSpinners) {
        stage.keepAwake();
      }
      Bench bench = new Bench(stage, plan);
      tellExpected(bench, benchmarks);
      bench.rehearse();
      report = Report.beginning(command, stage, bench, benchmarks.getFirst().openingFlags());
      print(markdown ? Markdown.head(report) : Tables.head(report));
      for (Benchmark<?> benchmark : benchmarks) {
        // Printed and written at once: a run of all takes hours, and the next one may fail.
        Report.Part part = Report.Part.of(benchmark, stage, bench, run(bench, benchmark));
        report = report.with(part);
        print(markdown ? Markdown.of(part) : Tables.of(part));
        write(report);
      }
    }
    // Known only now that all servers have ended.
    report = report.with(closed.disturbances());
    write(report);
    if (!report.disturbances().isEmpty()) {
      print("%nbeware: %s%n".formatted(String.join("; ", report.disturbances())));
    }
    return CommandLine.ExitCode.OK;
  }

  private Results run(Bench bench, Benchmark<?> benchmark) throws InterruptedException {
    try (ConsoleProgress progress = ConsoleProgress.onStandardError(spec.commandLine().getErr())) {
      return new Runner<>(bench, benchmark, progress).run();
    }
  }

  private void tellExpected(Bench bench, List<Benchmark<?>> benchmarks) {
    Duration expected =
        benchmarks.stream()
            .map(benchmark -> new Runner<>(bench, benchmark, ProgressListener.SILENT).expected())
            .reduce(Duration.ZERO, Duration::plus);
    say(
        spec.commandLine(),
        "measuring for about %d min %d s"
            .formatted(expected.toMinutes(), expected.toSecondsPart()));
  }

  private void print(String text) {
    PrintWriter out = spec.commandLine().getOut();
    out.print(text);
    out.flush();
  }

  private void write(Report report) throws IOException {
    if (json != null) {
      report.write(json);
    }
  }

  private List<Benchmark<?>> chosen() {
    range("--connections", connections, 10_000);
    range("--hogs", hogs, 1_000);
    range("--rates", rates, 1_000_000);
    range("--idle", List.of(idle), 60_000);
    List<Benchmark<?>> there =
        List.of(
            new Interference(connections, hogs),
            new Calm(),
            new Storm(),
            new Safepoints(),
            new LongRequests(),
            new Hard(rates),
            new Bimodal(mix(), loads),
            new Idle(idle),
            new Layer(),
            new Trip(),
            new LearnedLimit(),
            new ClusterTrip(),
            new WorkerStart(),
            new Frameworks(frameworks(List.of(Framework.values()))),
            new FrameworkCost(overHttp(frameworks(List.of(Framework.JETTY, Framework.HELIDON)))));
    if (names.contains(ALL)) {
      return there.stream().filter(benchmark -> benchmark.usual().equals(Plan.Usual.PLAN)).toList();
    }
    List<Benchmark<?>> chosen = new ArrayList<>();
    for (String name : names) {
      chosen.add(
          there.stream()
              .filter(benchmark -> benchmark.id().equals(name))
              .findFirst()
              .orElseThrow(() ->
                  misused(
                      "benchmark unknown: %s; choose of %s"
                          .formatted(
                              name,
                              String.join(", ", there.stream().map(Benchmark::id).toList())))));
    }
    return chosen;
  }

  private List<Framework> frameworks(List<Framework> usual) {
    try {
      return frameworks.isEmpty()
          ? usual
          : frameworks.stream().map(Framework::parse).distinct().toList();
    } catch (IllegalArgumentException e) {
      throw misused(String.valueOf(e.getMessage()));
    }
  }

  private List<Framework> overHttp(List<Framework> chosen) {
    if (names.contains("frameworks-calm") && !chosen.stream().allMatch(Framework::speaksHttp)) {
      throw misused("frameworks-calm asks over HTTP/1.1, which grpc does not speak");
    }
    return chosen;
  }

  private Plan plan(List<Benchmark<?>> benchmarks) {
    Plan.Usual usual = quick ? Plan.Usual.QUICK : benchmarks.getFirst().usual();
    for (Benchmark<?> benchmark : benchmarks) {
      if (benchmarks.size() > 1 && !benchmark.usual().equals(Plan.Usual.PLAN)) {
        throw misused(benchmark.id() + " has a plan of its own; run it alone");
      }
    }
    try {
      models.forEach(Peer::parse);
    } catch (IllegalArgumentException e) {
      throw misused(String.valueOf(e.getMessage()));
    }
    int times = rounds == null ? usual.rounds() : rounds;
    range("--rounds", List.of(times), 1_000);
    return new Plan(
        times,
        duration("--seconds", seconds, usual.seconds()),
        duration("--warmup", warmup, usual.warmup()),
        models.stream().distinct().toList(),
        jvmFlags);
  }

  private void range(String option, List<Integer> values, int most) {
    for (int value : values) {
      if (value < 1 || value > most) {
        throw misused("%s must be from 1 to %d: %d".formatted(option, most, value));
      }
    }
  }

  private Duration duration(String option, @Nullable Double chosen, double usual) {
    double value = chosen == null ? usual : chosen;
    if (!(value >= 0.2 && value <= 600)) {
      throw misused("%s must be from 0.2 to 600: %s".formatted(option, value));
    }
    return Duration.ofMillis(Math.round(value * 1_000));
  }

  private Bimodal.Mix mix() {
    for (double load : loads) {
      if (!(load >= 0.001 && load <= 2)) {
        throw misused("--loads must be from 0.001 to 2: " + load);
      }
    }
    try {
      return Bimodal.Mix.parse(mix);
    } catch (IllegalArgumentException e) {
      throw misused(String.valueOf(e.getMessage()));
    }
  }

  private Placement placement() {
    try {
      return Placement.parse(placement);
    } catch (IllegalArgumentException e) {
      throw misused(String.valueOf(e.getMessage()));
    }
  }

  private ParameterException misused(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
