// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.compute.Compute;
import dev.overtake.server.Handler;
import dev.overtake.server.Handlers;
import dev.overtake.server.Model;
import dev.overtake.server.TcpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/** Our server with its own handler {@code fib}, under one of its models, with one compute. */
record OwnPeer(Model model, Compute compute) implements Peer {
  @Override
  public InetSocketAddress start() throws IOException {
    compute.start(); // and never closed: its processes end with this one
    Handler fib = Handlers.named("fib", List.of(), compute);
    TcpServer server = TcpServer.builder(fib).model(model).backlog(BACKLOG).start();
    Thread.ofPlatform().name("await").start(() -> awaitEnd(server));
    return server.address();
  }

  /** Keeps the process alive: the server's own threads are daemons. */
  private static void awaitEnd(TcpServer server) {
    try (server) {
      server.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
