// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import dev.overtake.compute.Compute;
import dev.overtake.live.FiguresLine;
import dev.overtake.scheduler.Scheduler;
import dev.overtake.server.Handler;
import dev.overtake.server.Handlers;
import dev.overtake.server.Heartbeat;
import dev.overtake.server.Model;
import dev.overtake.server.Supervisor;
import dev.overtake.server.TcpServer;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
      "Example: long requests leave for other machines, see overtake worker --help",
      "  overtake serve fib --compute learned,cluster:127.0.0.1:7800",
      "",
      "Example: a handler of your own",
      "  overtake serve com.example.MyHandler --class-path target/classes",
      "",
      "Example: the article's pre-forked server",
      "  overtake serve fib --model sequential --processes 8"
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
      names = "--pinned",
      description =
          "Bind each event loop of the model overtake to a processor of its own. Threads and"
              + " processes that a handler starts then inherit that one processor.")
  private boolean pinned;

  @Option(
      names = "--processes",
      paramLabel = "COUNT",
      defaultValue = "1",
      description =
          "How many processes accept from the port, from 1 to 256. With more than one this command"
              + " supervises them: it replaces those that die, and SIGHUP replaces all, one by one"
              + " (default: ${DEFAULT-VALUE}).")
  private int processes;

  @Option(
      names = "--replace-hung",
      paramLabel = "DURATION",
      converter = Durations.class,
      description =
          "With several processes: kill and replace one that does not run for so long, at least 1s"
              + " (default: tell of it after 5s).")
  private @Nullable Duration replaceHung;

  @Option(names = "--child", hidden = true, description = "A supervisor has started this process.")
  private boolean child;

  @Option(names = "--figures", hidden = true, description = "Tell the live page of the scheduler.")
  private boolean figures;

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
      if (child || (processes == 1 && replaceHung == null)) {
        start(compute);
        serve(builder, model, compute);
        Beliefs.print(compute.beliefs(), spec.commandLine().getErr());
      } else {
        supervise(builder, model, compute); // each child has a compute of its own
      }
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

  private void serve(TcpServer.Builder builder, Model model, Compute compute)
      throws IOException, InterruptedException {
    try (TcpServer server = child ? builder.startOnInheritedSocket() : builder.start()) {
      if (child) {
        Signals.on("TERM", () -> stop(server));
        Signals.on("USR1", server::retire);
        // A terminal sends its Ctrl-C and its hanging up to the supervisor as well, which decides.
        Signals.on("INT", () -> {});
        Signals.on("HUP", () -> {});
        Heartbeat.start(server);
      } else {
        Signals.onStop(() -> stop(server), () -> {});
        announce(server.address(), model, compute);
        if (figures) {
          FiguresLine.start(spec.commandLine().getOut());
        }
      }
      server.await();
    }
  }

  private void supervise(TcpServer.Builder server, Model model, Compute compute)
      throws IOException, InterruptedException {
    Supervisor.Builder builder =
        CommandFailure.misusedUnless(
            () -> Supervisor.builder(server, childCommand()).processes(processes));
    Duration silence = replaceHung;
    if (silence != null) {
      CommandFailure.misusedUnless("--replace-hung", () -> builder.replaceHung(silence));
    }
    try (Supervisor supervisor = builder.start()) {
      Signals.onStop(supervisor::stop, supervisor::killAll);
      Signals.on("HUP", supervisor::restart);
      announce(supervisor.address(), model, compute);
      supervisor.await();
    } catch (UnsupportedOperationException e) {
      throw new CommandFailure(
          ExitCode.MISUSED,
          "--processes %d: %s; leave --processes out".formatted(processes, e.getMessage()));
    }
  }

  /** What the user typed, and a word more. */
  private List<String> childCommand() {
    List<String> typed = spec.root().commandLine().getParseResult().originalArgs();
    List<String> words = new ArrayList<>(OwnCommand.words());
    int serve = typed.indexOf(spec.name());
    words.addAll(typed.subList(0, serve + 1));
    words.add("--child"); // not at the end, where everything may be a handler's name
    words.addAll(typed.subList(serve + 1, typed.size()));
    return words;
  }

  private void announce(InetSocketAddress address, Model model, Compute compute) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "listening on %s handler=%s model=%s processes=%d compute=%s%n",
        name(address), handlerName, model, processes, compute);
  }

  private Model model() {
    Duration given = quantum;
    if (given == null && !pinned) {
      return Model.parse(modelSpelling);
    }
    if (!modelSpelling.equals("overtake")) {
      String option = given == null ? "--pinned" : "--quantum";
      throw new IllegalArgumentException(
          "%s is for the model overtake: --model %s; leave %s out"
              .formatted(option, modelSpelling, option));
    }
    Scheduler.Builder scheduler = Scheduler.builder().pinned(pinned);
    return Model.overtake(given == null ? scheduler : scheduler.quantum(given));
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
