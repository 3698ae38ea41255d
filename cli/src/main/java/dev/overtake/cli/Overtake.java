// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import dev.overtake.lab.LabException;
import dev.overtake.load.CalibrationException;
import dev.overtake.load.TargetUnreachableException;
import dev.overtake.load.UnfitRequestException;
import java.io.PrintWriter;
import java.lang.module.ModuleDescriptor;
import java.net.BindException;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command without a word after it, and what all its subcommands have in common. */
@Command(
    name = "overtake",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Overtake.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "Keeps short requests fast while long ones run, and shows who does not.",
    footer = {
      "",
      "Example: the article's server in one terminal, its second client in another",
      "  overtake serve fib",
      "  overtake perf2 --hogs 1",
      "",
      "Exit status: 0 done, 1 failed, 2 misused, 3 worse than before or than expected, 4 the",
      "measurement is invalid, 5 no server there."
    },
    subcommands = {
      ServeCommand.class,
      WorkerCommand.class,
      Perf1Command.class,
      Perf2Command.class,
      LabCommand.class,
      ProbeCommand.class,
      LiveCommand.class,
      CompareCommand.class
    })
final class Overtake implements Runnable {
  @Spec private CommandSpec spec;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show where in the program an error comes from.")
  private boolean debug;

  /**
   * Runs the command.
   *
   * @param out where results go
   * @param err where talk, progress and errors go
   * @return the exit status
   */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    Overtake overtake = new Overtake();
    return new CommandLine(overtake)
        .setOut(out)
        .setErr(err)
        .setParameterExceptionHandler((e, arguments) -> overtake.refuse(e))
        .setExecutionExceptionHandler(overtake::fail)
        .execute(args);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command given");
  }

  /** For what the parser itself finds. */
  private int refuse(ParameterException e) {
    CommandLine command = e.getCommandLine();
    String message = e.getMessage();
    if (e instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      message += "; did you mean " + String.join(" or ", unmatched.getSuggestions()) + "?";
    }
    String name = command.getCommandSpec().qualifiedName();
    return report(command, e, message + "; see " + name + " --help", ExitCode.MISUSED);
  }

  /** For what a command throws. */
  private int fail(Exception e, CommandLine command, ParseResult parsed) {
    return switch (e) {
      case CommandFailure failure -> report(command, e, e.getMessage(), failure.exitCode);
      case TargetUnreachableException _ -> report(command, e, e.getMessage(), ExitCode.UNREACHABLE);
      case LabException _,
          CalibrationException _,
          UnfitRequestException _,
          BindException _,
          UnknownHostException _ ->
          report(command, e, e.getMessage(), ExitCode.FAILED);
      default -> report(command, e, e + "; --debug shows where it comes from", ExitCode.FAILED);
    };
  }

  private int report(
      CommandLine command, Exception e, @Nullable String message, ExitCode exitCode) {
    PrintWriter err = command.getErr();
    err.println(
        command.getCommandSpec().qualifiedName()
            + ": "
            + String.valueOf(message).replaceAll("\\R\\s*", " "));
    if (debug || System.getenv("OVERTAKE_DEBUG") != null) {
      e.printStackTrace(err);
    }
    return exitCode.number;
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      ModuleDescriptor module = Overtake.class.getModule().getDescriptor();
      String version =
          module == null ? "of no version" : module.rawVersion().orElse("of no version");
      return new String[] {"overtake " + version, "JDK " + Runtime.version()};
    }
  }
}
