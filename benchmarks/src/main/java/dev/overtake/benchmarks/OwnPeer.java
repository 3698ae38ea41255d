// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.server.Handlers;
import dev.overtake.server.Model;
import dev.overtake.server.TcpServer;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Our server with its own handler {@code fib}, under one of its models. */
record OwnPeer(Model model) implements Peer {
  @Override
  public InetSocketAddress start() throws IOException {
    TcpServer server =
        TcpServer.builder(Handlers.named("fib")).model(model).backlog(BACKLOG).start();
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
