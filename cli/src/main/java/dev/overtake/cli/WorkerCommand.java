// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import dev.overtake.cluster.ClusterKey;
import dev.overtake.cluster.ClusterWorker;
import dev.overtake.cluster.Membership;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A member of a cluster that computes. */
@Command(
    name = "worker",
    description =
        "Computes for the servers of a cluster, until Ctrl-C or SIGTERM; then it finishes what it has"
            + " begun. Says on stdout where, once it can be joined.",
    footer = {
      "",
      "Example: two workers, and a server whose long requests they compute",
      "  overtake worker",
      "  overtake worker --join 127.0.0.1:7800",
      "  overtake serve fib --compute learned,cluster:127.0.0.1:7800",
      "",
      "Example: on a machine of its own; docs/cluster.md says how to make the key",
      "  overtake worker --bind 10.0.0.2 --join 10.0.0.1:7800 --key cluster.p12"
    })
final class WorkerCommand implements Callable<@Nullable Void> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--join",
      paramLabel = "HOST:PORT",
      split = ",",
      description =
          "Members to join, separated by commas; some may be down (default: none, this one begins a"
              + " cluster).")
  private List<String> join = List.of();

  @Option(
      names = "--bind",
      paramLabel = "HOST",
      defaultValue = "127.0.0.1",
      description =
          "The address of this machine to be called by; any but loopback needs --key (default:"
              + " ${DEFAULT-VALUE}).")
  private String bind;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description =
          "The port, 0 for any free one (default: 7800, where servers look unless told otherwise; with"
              + " --join any free one).")
  private @Nullable Integer port;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description =
          "What members prove their membership with and encrypt by, a PKCS #12 file; its password is"
              + " in FILE.password.")
  private @Nullable Path key;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      defaultValue = "overtake",
      description = "The cluster's name (default: ${DEFAULT-VALUE}).")
  private String cluster;

  @Option(
      names = "--tasks",
      paramLabel = "COUNT",
      description =
          "How many tasks run at a time, sharing the cores, from 1 to 10000 (default: 32 for each"
              + " core).")
  private @Nullable Integer tasks;

  @Option(
      names = "--silence",
      paramLabel = "DURATION",
      defaultValue = "5s",
      converter = Durations.class,
      description =
          "How long another member may be silent before it is taken for lost (default:"
              + " ${DEFAULT-VALUE}).")
  private Duration silence;

  @Option(
      names = "--grace",
      paramLabel = "DURATION",
      defaultValue = "30s",
      converter = Durations.class,
      description =
          "How long running tasks may go on after Ctrl-C or SIGTERM (default: ${DEFAULT-VALUE}).")
  private Duration grace;

  @Option(
      names = "--class-path",
      paramLabel = "PATH",
      defaultValue = "",
      description = "Folders and jars of your own tasks, separated as for java.")
  private String classPath;

  @Override
  public @Nullable Void call() throws IOException, InterruptedException {
    ClusterWorker.Builder builder = CommandFailure.misusedUnless(this::builder);
    try (URLClassLoader classes = new URLClassLoader(urls(), WorkerCommand.class.getClassLoader());
        ClusterWorker worker = start(builder.classes(classes))) {
      Signals.onStop(() -> stop(worker), () -> {});
      PrintWriter out = spec.commandLine().getOut();
      InetSocketAddress address = worker.address();
      String host = address.getAddress().getHostAddress();
      out.printf(
          "listening on %s:%d cluster=%s key=%s%n",
          host.contains(":") ? "[" + host + "]" : host,
          address.getPort(),
          cluster,
          key == null ? "none, this machine only" : key);
      worker.await();
    }
    return null;
  }

  private ClusterWorker.Builder builder() {
    int port = port();
    Membership membership =
        Membership.onLoopback()
            .cluster(cluster)
            .key(clusterKey())
            .bind(Membership.address(bind + ":" + port))
            .join(join.stream().map(Membership::address).toList())
            .silence(silence);
    ClusterWorker.Builder builder = ClusterWorker.builder(membership).grace(grace);
    return tasks == null ? builder : builder.tasks(tasks);
  }

  private int port() {
    Integer given = port;
    if (given == null) {
      return join.isEmpty() ? Membership.DEFAULT_PORT : 0;
    }
    if (given < 0 || given > 0xffff) {
      throw new IllegalArgumentException("port must be from 0 to 65535: --port " + given);
    }
    return given;
  }

  private @Nullable ClusterKey clusterKey() {
    Path file = key;
    try {
      return file == null ? null : ClusterKey.read(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private URL[] urls() {
    List<URL> urls = new ArrayList<>();
    for (String entry : classPath.split(File.pathSeparator, -1)) {
      if (!entry.isEmpty() && !Files.isReadable(Path.of(entry))) {
        throw new CommandFailure(
            ExitCode.MISUSED,
            "class path: no readable folder or jar: " + entry + "; name one that exists");
      }
      try {
        if (!entry.isEmpty()) {
          urls.add(Path.of(entry).toUri().toURL());
        }
      } catch (MalformedURLException e) {
        throw new CommandFailure(ExitCode.MISUSED, "class path: not the name of a file: " + entry);
      }
    }
    return urls.toArray(URL[]::new);
  }

  private static ClusterWorker start(ClusterWorker.Builder builder) {
    try {
      return builder.start();
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.FAILED, String.valueOf(e.getMessage()));
    }
  }

  private void stop(ClusterWorker worker) {
    int running = worker.figures().running();
    if (running > 0) {
      spec.commandLine()
          .getErr()
          .printf(
              "stopping: tasks may end within %.1f s: %d; Ctrl-C again stops at once%n",
              grace.toNanos() / 1e9, running);
    }
    worker.close();
  }
}
