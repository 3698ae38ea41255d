// SPDX-License-Identifier: Apache-2.0
package dev.overtake.services.contract;

import com.sun.net.httpserver.HttpServer;
import dev.overtake.services.common.Service;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A server on platform threads in the same process. What it answers while another server does not
 * is answered meanwhile: a measure of time that no slow machine can falsify.
 */
final class Neighbour implements AutoCloseable {
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;
  private final HttpRequests client;

  Neighbour() throws IOException {
    server = HttpServer.create(Service.loopback(0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
    client = new HttpRequests(server.getAddress().getPort());
  }

  void answer(int requests) {
    for (int i = 0; i < requests; i++) {
      client.get("/").join();
    }
  }

  @Override
  public void close() {
    client.close();
    server.stop(0);
    threads.shutdownNow();
  }
}
