// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import dev.overtake.lab.Comparison;
import dev.overtake.lab.LabException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Two runs of the lab beside each other. */
@Command(
    name = "compare",
    description = {
      "Says what has changed beyond noise between two runs of the lab, and ends with 3 if something"
          + " is worse.",
      "",
      Comparison.RULE
          + " CPython's figures are a control: they are shown and do not decide, nor do claims."
    },
    footer = {
      "",
      "Example: did my change do harm?",
      "  overtake lab perf2 --out before",
      "  overtake lab perf2 --out after",
      "  overtake compare before after"
    })
final class CompareCommand implements Callable<@Nullable Void> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "RUN", description = "The run directory to compare with.")
  private Path before;

  @Parameters(index = "1", paramLabel = "RUN", description = "The run directory in question.")
  private Path after;

  @Option(names = "--json", description = "Print the comparison as JSON, and nothing else.")
  private boolean json;

  @Override
  public @Nullable Void call() throws LabException {
    Comparison comparison;
    try {
      comparison = Comparison.of(before, after);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.misused(e);
    }
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.print(json ? comparison.json() + System.lineSeparator() : comparison.table());
    stdout.flush();
    if (comparison.worse() > 0) {
      throw new CommandFailure(
          ExitCode.MISSED,
          "worse beyond noise: %d; run both again before you believe it"
              .formatted(comparison.worse()));
    }
    return null;
  }
}
