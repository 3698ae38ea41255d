// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import dev.overtake.load.HogCalibration;
import dev.overtake.load.LatencyFigures;
import dev.overtake.load.LoadListener;
import dev.overtake.load.Perf2;
import dev.overtake.load.Second;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The article's second client. */
@Command(
    name = "perf2",
    description =
        "Sends short requests back to back and counts them by the second: calm, beside long ones"
            + " (hogs), and when these have gone.",
    footer = {
      "",
      "Example: what does one long request do to the short ones?",
      "  overtake perf2 --port 25000 --hogs 1"
    })
final class Perf2Command implements Callable<@Nullable Void> {
  @Spec private CommandSpec spec;
  @Mixin private TargetOptions target;

  @Option(
      names = "--n",
      paramLabel = "N",
      defaultValue = "1",
      description = "The short request, 1 to 92 (default: ${DEFAULT-VALUE}).")
  private int n;

  @Option(
      names = "--connections",
      paramLabel = "COUNT",
      defaultValue = "1",
      description = "How many connections send short requests (default: ${DEFAULT-VALUE}).")
  private int connections;

  @Option(
      names = "--hogs",
      paramLabel = "COUNT",
      defaultValue = "0",
      description =
          "How many more send long ones in the loaded phase; without any there is only the calm"
              + " phase (default: ${DEFAULT-VALUE}).")
  private int hogs;

  @Option(
      names = "--hog-n",
      paramLabel = "N",
      defaultValue = "auto",
      description =
          "The long request, 1 to 92, or auto for one that lasts --hog-length on this server"
              + " (default: ${DEFAULT-VALUE}).")
  private String hogN;

  @Option(
      names = "--hog-length",
      paramLabel = "DURATION",
      defaultValue = "2s",
      converter = Durations.class,
      description = "How long a hog lasts with --hog-n auto (default: ${DEFAULT-VALUE}).")
  private Duration hogLength;

  @Option(
      names = "--warmup",
      paramLabel = "DURATION",
      defaultValue = "1s",
      converter = Durations.class,
      description = "How long before anything counts (default: ${DEFAULT-VALUE}).")
  private Duration warmup;

  @Option(
      names = "--seconds",
      paramLabel = "SECONDS",
      defaultValue = "10",
      converter = Durations.InSeconds.class,
      description = "How long each phase lasts (default: ${DEFAULT-VALUE}).")
  private Duration phase;

  @Option(names = "--json", description = "Print the result as JSON, and nothing else.")
  private boolean json;

  @Override
  public @Nullable Void call() throws IOException, InterruptedException {
    // All that can be wrong is found before anybody is asked anything.
    Perf2.Options unphased =
        CommandFailure.misusedUnless(() ->
            Perf2.Options.defaults(target.target())
                .withN(n)
                .withConnections(connections)
                .withHogs(hogs, fixedHogN())
                .withWarmup(warmup));
    Perf2.Options options =
        CommandFailure.misusedUnless("--seconds", () -> unphased.withPhases(phase));
    HogCalibration calibration =
        CommandFailure.misusedUnless(
            "--hog-length", () -> new HogCalibration(options.target(), hogLength));
    PrintWriter err = spec.commandLine().getErr();
    if (hogs > 0 && isAuto()) {
      HogCalibration.Hog hog = calibration.run();
      err.printf("a hog is n=%d, about %.1f s%n", hog.n(), hog.expectedSeconds());
      measure(options.withHogs(hogs, hog.n()));
    } else {
      measure(options);
    }
    return null;
  }

  private boolean isAuto() {
    return hogN.equals("auto");
  }

  private int fixedHogN() {
    try {
      return isAuto() ? 1 : Integer.parseInt(hogN);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("--hog-n must be a number or auto: '" + hogN + "'", e);
    }
  }

  private void measure(Perf2.Options options) throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    Perf2.Run run = new Perf2(options).run(json ? LoadListener.NONE : new Seconds(options, out));
    if (json) {
      out.println(Json.of(run.result()));
    } else {
      print(run.result(), out);
    }
    long answered =
        Stream.of(run.warmup(), run.calm(), run.loaded(), run.recovered())
            .filter(Objects::nonNull)
            .mapToLong(phaseRun -> phaseRun.figures().requests())
            .sum();
    Soundness.check(answered, run.failures(), run.health(), spec.commandLine().getErr());
  }

  private static void print(Perf2.Result result, PrintWriter out) {
    out.printf(
        "%n%-10s %12s %9s %9s %9s %9s %9s %14s%n",
        "phase", "requests/s", "p50 us", "p90 us", "p99 us", "p99.9 us", "max us", "stall at most");
    printPhase("calm", result.calm(), out);
    printPhase("loaded", result.loaded(), out);
    printPhase("recovered", result.recovered(), out);
    Double retention = result.retention();
    if (retention != null) {
      out.printf("retention %.3f: what is left of the calm rate under load%n", retention);
    }
  }

  private static void printPhase(String name, Perf2.@Nullable Phase phase, PrintWriter out) {
    if (phase != null) {
      out.printf(
          "%-10s %12.0f %9s %9s %9s %9s %9.0f %11.0f ms%n",
          name,
          phase.requestsPerSecond(),
          percentile(50, phase.p50Micros(), phase),
          percentile(90, phase.p90Micros(), phase),
          percentile(99, phase.p99Micros(), phase),
          percentile(99.9, phase.p999Micros(), phase),
          phase.maxMicros(),
          phase.longestStallMillis());
    }
  }

  /** A percentile with hardly anything beyond it would be a guess: no number then. */
  private static String percentile(double percentile, double micros, Perf2.Phase phase) {
    return LatencyFigures.enoughFor(percentile, phase.requests())
        ? "%.0f".formatted(micros)
        : "too few";
  }

  /** Prints each second as it ends, and a line where a phase begins. */
  private static final class Seconds implements LoadListener {
    private final Perf2.Options options;
    private final PrintWriter out;
    private String phase = "";

    Seconds(Perf2.Options options, PrintWriter out) {
      this.options = options;
      this.out = out;
    }

    @Override
    public void second(Second second) {
      if (!second.phase().equals(phase)) {
        phase = second.phase();
        out.println("-- " + phase + (phase.equals("loaded") ? hogs() : ""));
      }
      out.printf("%.0f requests/second%n", second.requestsPerSecond());
    }

    private String hogs() {
      return ", with %d of n=%d".formatted(options.hogs(), options.hogN());
    }
  }
}
