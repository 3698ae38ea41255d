// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import dev.overtake.compute.ProcessPool;
import dev.overtake.server.Handlers;
import dev.overtake.server.Model;
import dev.overtake.server.TcpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.List;

/**
 * Goes once through what a start of the command does, so that a JVM told to record it has the same
 * classes loaded and linked the next time.
 *
 * <p>No request is made or answered: the JVM records what code runs hot as well, and the model that
 * was rehearsed would have an advantage over the others.
 */
final class Rehearsal {
  private Rehearsal() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    rehearse();
    System.exit(0);
  }

  static void rehearse() throws IOException, InterruptedException {
    // The workers of --compute processes:N are JVMs as well, with a cache of their own.
    ProcessPool.builder().makeCache();
    run("--help");
    for (String command :
        List.of("serve", "worker", "perf1", "perf2", "lab", "probe", "live", "compare")) {
      run(command, "--help");
    }
    run("lab", "--list");
    for (String model : new ServeCommand.ModelSpellings()) {
      String spelling = model.replace("INTERVAL", "5ms").replace("N", "1");
      try (TcpServer server =
          TcpServer.builder(Handlers.named("fib")).model(Model.parse(spelling)).start()) {
        // The rest of the command, up to finding that the port is taken.
        run("serve", "fib", "--model", spelling, "--port", String.valueOf(server.port()));
      }
    }
    run("serve", "fib", "--compute", "threshold:15,learned,threads:1", "--port", "-1");
    run("perf1", "--clients", "0");
    run("perf2", "--connections", "0");
  }

  private static void run(String... args) {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    Overtake.run(nowhere, nowhere, args);
  }
}
