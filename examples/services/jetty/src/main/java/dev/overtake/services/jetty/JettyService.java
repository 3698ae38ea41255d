// SPDX-License-Identifier: Apache-2.0
package dev.overtake.services.jetty;

import dev.overtake.services.common.Command;
import dev.overtake.services.common.Endpoints;
import dev.overtake.services.common.Model;
import dev.overtake.services.common.Request;
import dev.overtake.services.common.Service;
import dev.overtake.services.common.Workers;
import java.io.IOException;
import java.util.Optional;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * The service on Jetty. Jetty's pool keeps its acceptors and selectors; handlers run on the virtual
 * threads' executor, if the pool has been given one.
 */
public final class JettyService implements Service {
  private final ServerConnector connector;
  private final Server server;
  private final @Nullable Workers workers;

  private JettyService(Server server, ServerConnector connector, @Nullable Workers workers) {
    this.server = server;
    this.connector = connector;
    this.workers = workers;
  }

  static void main(String[] arguments) throws Exception {
    Command.run("jetty", JettyService::start, arguments);
  }

  static Service start(Model model, Endpoints endpoints, int port) throws Exception {
    QueuedThreadPool pool = new QueuedThreadPool();
    Workers workers = model == Model.THREADS ? null : Workers.of(model, "jetty");
    if (workers != null) {
      pool.setVirtualThreadsExecutor(workers.executor());
    }
    Server server = new Server(pool);
    ServerConnector connector = new ServerConnector(server);
    connector.setHost(Service.loopback(port).getHostString());
    connector.setPort(port);
    server.addConnector(connector);
    server.setHandler(new Routes(endpoints));
    server.start();
    return new JettyService(server, connector, workers);
  }

  @Override
  public int port() {
    return connector.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    try {
      server.stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      throw new IOException("Jetty does not stop", e);
    }
    if (workers != null) {
      workers.close();
    }
  }

  private static final class Routes extends Handler.Abstract {
    private final Endpoints endpoints;

    Routes(Endpoints endpoints) {
      this.endpoints = endpoints;
    }

    @Override
    public boolean handle(
        org.eclipse.jetty.server.Request http, Response response, Callback callback)
        throws Exception {
      Optional<Request> request =
          Request.at(org.eclipse.jetty.server.Request.getPathInContext(http));
      if (request.isEmpty()) {
        Response.writeError(http, response, callback, HttpStatus.NOT_FOUND_404);
        return true;
      }
      Fields.Field n = org.eclipse.jetty.server.Request.extractQueryParameters(http).get("n");
      String answer =
          endpoints.answer(request.get(), n == null ? Endpoints.DEFAULT_N : n.getValueAsInt());
      Content.Sink.write(response, true, answer, callback);
      return true;
    }
  }
}
