// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import dev.overtake.lab.ConsoleProgress;
import dev.overtake.lab.Effort;
import dev.overtake.lab.Lab;
import dev.overtake.lab.LabException;
import dev.overtake.lab.LabOptions;
import dev.overtake.lab.LabResult;
import dev.overtake.lab.Placement;
import dev.overtake.server.Model;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The experiments. */
@Command(
    name = "lab",
    description =
        "Measures on this machine what long requests do to short ones, for each model and for"
            + " CPython, and writes a report.",
    footer = {
      "",
      "Example: a first look in four minutes, then one experiment in full",
      "  overtake lab --quick",
      "  overtake lab perf2"
    })
final class LabCommand implements Callable<@Nullable Void> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "EXPERIMENT",
      arity = "0..*",
      description = "Which to run, as --list names them (default: all).")
  private List<String> experiments = List.of();

  @Option(names = "--list", description = "Say which experiments there are, and run none.")
  private boolean list;

  @Option(
      names = "--quick",
      description = "Within four minutes, for a first look; otherwise 30, for figures to quote.")
  private boolean quick;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the results go (default: a new folder in overtake-runs).")
  private @Nullable Path out;

  @Option(
      names = "--python",
      paramLabel = "CMD",
      defaultValue = "python3",
      description = "What starts CPython, or none to leave it out (default: ${DEFAULT-VALUE}).")
  private String python;

  @Option(
      names = "--models",
      paramLabel = "MODEL",
      split = ",",
      description = "Which of our models to measure, separated by commas (default: all).")
  private List<String> models = List.of();

  @Option(
      names = "--placement",
      paramLabel = "PLACEMENT",
      defaultValue = "separate",
      description =
          "Which cores: separate ones for generator and server, separate:N for N of the server's,"
              + " or shared (default: ${DEFAULT-VALUE}).")
  private String placement;

  @Option(
      names = "--no-spinners",
      description = "Let idle cores fall asleep between requests, as they do without the lab.")
  private boolean withoutSpinners;

  @Option(names = "--json", description = "Print the results as JSON, and nothing else.")
  private boolean json;

  @Override
  public @Nullable Void call() throws LabException, InterruptedException {
    PrintWriter stdout = spec.commandLine().getOut();
    if (list) {
      Lab.experiments().forEach((id, line) -> stdout.printf("%-10s %s%n", id, line));
      return null;
    }
    LabOptions options = CommandFailure.misusedUnless(this::options);
    LabResult result = run(options);
    stdout.print(json ? result.json() : result.summary());
    stdout.flush();
    if (!result.failures().isEmpty()) {
      throw new CommandFailure(ExitCode.FAILED, String.join("; ", result.failures()));
    }
    if (!result.valid()) {
      throw new CommandFailure(
          ExitCode.INVALID,
          "the load generator was the limit of some figures; see what the report says of them");
    }
    return null;
  }

  private LabOptions options() {
    LabOptions.Builder builder =
        LabOptions.builder(OwnCommand.words(), OwnCommand.typed(spec))
            .experiments(experiments)
            .effort(quick ? Effort.QUICK : Effort.FULL)
            .python(python)
            .placement(Placement.parse(placement));
    if (out != null) {
      builder.out(out);
    }
    if (!models.isEmpty()) {
      models.forEach(model -> Model.parse(model).close());
      builder.models(models);
    }
    if (withoutSpinners) {
      builder.withoutSpinners();
    }
    return builder.build();
  }

  private LabResult run(LabOptions options) throws LabException, InterruptedException {
    try (ConsoleProgress progress = ConsoleProgress.onStandardError(spec.commandLine().getErr())) {
      return Lab.run(options, progress);
    } catch (IllegalArgumentException e) {
      // So the lab tells of an experiment it does not have, before it starts anything.
      throw CommandFailure.misused(e);
    }
  }
}
