// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import dev.overtake.compute.Compute;
import dev.overtake.scheduler.Scheduler;
import dev.overtake.server.Handler;
import dev.overtake.server.Handlers;
import dev.overtake.server.Model;
import dev.overtake.server.TcpServer;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The article's server. */
@Command(
    name = "serve",
    description =
        "Serves connections with one handler under the model of your choice, until Ctrl-C or"
            + " SIGTERM. Says on stdout where, once it can be connected to.",
    footer = {
      "",
      "Example: the article's server, then a request",
      "  overtake serve fib --model threads --port 25000",
      "  echo 30 | nc 127.0.0.1 25000",
      "",
      "Example: long requests leave for four processes, and nobody says which are long",
      "  overtake serve fib --compute learned,processes:4",
      "",
      "Example: a handler of your own",
      "  overtake serve com.example.MyHandler --class-path target/classes"
    })
final class ServeCommand implements Callable<@Nullable Void> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "HANDLER",
      description =
          "What to do with a connection: echo, fib, countdown, or the name of a class on the class"
              + " path that implements dev.overtake.server.Handler.")
  private String handlerName;

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      defaultValue = "overtake",
      completionCandidates = ModelSpellings.class,
      description =
          "How connections get threads: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private String modelSpelling;

  @Option(
      names = "--quantum",
      paramLabel = "DURATION",
      converter = Durations.class,
      description =
          "How much CPU time a slice may take under the model overtake before it loses its event"
              + " loop, from 0 to 10s (default: 1ms).")
  private @Nullable Duration quantum;

  @Option(
      names = "--processes",
      paramLabel = "COUNT",
      defaultValue = "1",
      description = "How many processes share the port; there is only 1 yet.")
  private int processes;

  @Option(
      names = "--compute",
      paramLabel = "COMPUTE",
      defaultValue = "inline",
      completionCandidates = ComputeSpellings.class,
      description =
          "Where a handler's heavy call runs: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private String computeSpelling;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      defaultValue = "127.0.0.1",
      description =
          "Where to listen: an address of this machine, 0.0.0.0 for all (default:"
              + " ${DEFAULT-VALUE}).")
  private String host;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "25000",
      description = "The port, 0 for any free one (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--backlog",
      paramLabel = "COUNT",
      defaultValue = "1024",
      description =
          "How many clients may wait to be accepted, if the system allows as many (default:"
              + " ${DEFAULT-VALUE}).")
  private int backlog;

  @Option(
      names = "--grace",
      paramLabel = "DURATION",
      defaultValue = "5s",
      converter = Durations.class,
      description =
          "How long running requests may go on after Ctrl-C or SIGTERM (default:"
              + " ${DEFAULT-VALUE}).")
  private Duration grace;

  @Option(
      names = "--class-path",
      paramLabel = "PATH",
      defaultValue = "",
      description = "Folders and jars of your own handler, separated as for java.")
  private String classPath;

  @Override
  public @Nullable Void call() throws IOException, InterruptedException {
    requireTheOnly("1", "--processes", String.valueOf(processes));
    Model model = CommandFailure.misusedUnless(this::model);
    Compute compute =
        CommandFailure.misusedUnless(() -> Compute.parse(computeSpelling, classPath()));
    Handler handler =
        CommandFailure.misusedUnless(() -> Handlers.named(handlerName, classPath(), compute));
    TcpServer.Builder builder =
        CommandFailure.misusedUnless(() ->
            TcpServer.builder(handler)
                .model(model)
                .host(host)
                .port(port)
                .backlog(backlog)
                .grace(grace));
    // Closed last: until the server is drained its connections may want results.
    try (compute) {
      start(compute);
      try (TcpServer server = builder.start()) {
        StopSignal.onStop(() -> stop(server));
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
            "listening on %s handler=%s model=%s processes=%d compute=%s%n",
            name(server.address()), handlerName, model, processes, compute);
        server.await();
      }
      Beliefs.print(compute.beliefs(), spec.commandLine().getErr());
    }
    return null;
  }

  private static void start(Compute compute) {
    try {
      compute.start();
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.FAILED, String.valueOf(e.getMessage()));
    }
  }

  private Model model() {
    Duration given = quantum;
    if (given == null) {
      return Model.parse(modelSpelling);
    }
    if (!modelSpelling.equals("overtake")) {
      throw new IllegalArgumentException(
          "--quantum is for the model overtake: --model "
              + modelSpelling
              + "; leave --quantum out");
    }
    return Model.overtake(Scheduler.builder().quantum(given));
  }

  private static void requireTheOnly(String choice, String option, String value) {
    if (!value.equals(choice)) {
      throw new CommandFailure(
          ExitCode.MISUSED,
          "%s %s: there is only %s yet; leave %s out".formatted(option, value, choice, option));
    }
  }

  private List<Path> classPath() {
    return Stream.of(classPath.split(File.pathSeparator))
        .filter(entry -> !entry.isEmpty())
        .map(Path::of)
        .toList();
  }

  private static String name(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  private void stop(TcpServer server) {
    int connections = server.connections();
    if (connections > 0) {
      PrintWriter err = spec.commandLine().getErr();
      err.printf(
          "stopping: connections may finish their requests for %.1f s: %d; Ctrl-C again stops at"
              + " once%n",
          grace.toNanos() / 1e9, connections);
    }
    server.stop();
  }

  /** For the help, which so never falls behind. */
  static final class ModelSpellings implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of(Model.choices().split(", ")).iterator();
    }
  }

  /** As {@link ModelSpellings}. */
  static final class ComputeSpellings implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of(Compute.choices().split(", ")).iterator();
    }
  }
}
