// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import dev.overtake.load.LatencyFigures;
import dev.overtake.load.Perf1;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The article's first client. */
@Command(
    name = "perf1",
    description = "Asks a server for fib(N) again and again, and tells how long each answer takes.",
    footer = {
      "",
      "Example: do two clients wait longer than one?",
      "  overtake perf1 --n 30 --clients 1",
      "  overtake perf1 --n 30 --clients 2"
    })
final class Perf1Command implements Callable<@Nullable Void> {
  @Spec private CommandSpec spec;
  @Mixin private TargetOptions target;

  @Option(
      names = "--n",
      paramLabel = "N",
      defaultValue = "30",
      description = "What to ask for, 1 to 92 (default: ${DEFAULT-VALUE}).")
  private int n;

  @Option(
      names = "--clients",
      paramLabel = "COUNT",
      defaultValue = "1",
      description = "How many ask at the same time (default: ${DEFAULT-VALUE}).")
  private int clients;

  @Option(
      names = "--seconds",
      paramLabel = "SECONDS",
      defaultValue = "10",
      converter = Durations.InSeconds.class,
      description = "For how long (default: ${DEFAULT-VALUE}).")
  private Duration duration;

  @Option(names = "--json", description = "Print the result as JSON, and nothing else.")
  private boolean json;

  @Override
  public @Nullable Void call() throws IOException, InterruptedException {
    Perf1.Options options =
        CommandFailure.misusedUnless(
            () -> new Perf1.Options(target.target(), n, clients, duration));
    PrintWriter out = spec.commandLine().getOut();
    Consumer<Perf1.Sample> listener =
        json ? _ -> {} : sample -> out.printf("%.9f%n", sample.seconds());
    Perf1.Run run = new Perf1(options).run(listener);
    if (json) {
      out.println(Json.of(run.result()));
    } else {
      print(run.result(), out);
    }
    Soundness.check(
        run.result().samples(), run.failures(), run.health(), spec.commandLine().getErr());
    return null;
  }

  private static void print(Perf1.Result result, PrintWriter out) {
    out.printf("%nn        %d%nclients  %d%n", result.n(), result.clients());
    out.printf("answers  %d%n", result.samples());
    if (result.samples() > 0) {
      out.printf("min      %.9f s%n", result.minSeconds());
      out.printf("median   %.9f s%n", result.medianSeconds());
      out.printf(
          "p99      %s%n",
          LatencyFigures.enoughFor(99, result.samples())
              ? "%.9f s".formatted(result.p99Seconds())
              : "too few answers");
    }
    out.printf("max      %.9f s%n", result.maxSeconds());
  }
}
