// SPDX-License-Identifier: Apache-2.0
package dev.overtake.services.tomcat;

import dev.overtake.services.common.Command;
import dev.overtake.services.common.Endpoints;
import dev.overtake.services.common.Model;
import dev.overtake.services.common.Request;
import dev.overtake.services.common.Service;
import dev.overtake.services.common.Workers;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Comparator;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.jspecify.annotations.Nullable;

/** The service on Tomcat: each request that Tomcat's poller finds is a task of the executor. */
public final class TomcatService implements Service {
  private final Tomcat tomcat;
  private final Path folder;
  private final @Nullable Workers workers;

  private TomcatService(Tomcat tomcat, Path folder, @Nullable Workers workers) {
    this.tomcat = tomcat;
    this.folder = folder;
    this.workers = workers;
  }

  static void main(String[] arguments) throws Exception {
    Command.run("tomcat", TomcatService::start, arguments);
  }

  static Service start(Model model, Endpoints endpoints, int port) throws Exception {
    Tomcat tomcat = new Tomcat();
    Path folder = Files.createTempDirectory("tomcat-");
    tomcat.setBaseDir(folder.toString());
    Connector connector = new Connector();
    connector.setProperty("address", Service.loopback(port).getHostString());
    connector.setPort(port);
    Workers workers = model == Model.THREADS ? null : Workers.of(model, "tomcat");
    if (workers != null) {
      connector.getProtocolHandler().setExecutor(workers.executor());
    }
    tomcat.setConnector(connector);
    Context context = tomcat.addContext("", folder.toString());
    for (Request request : Request.values()) {
      Tomcat.addServlet(context, request.name(), new Endpoint(request, endpoints))
          .addMapping(request.path());
    }
    tomcat.start();
    return new TomcatService(tomcat, folder, workers);
  }

  @Override
  public int port() {
    return tomcat.getConnector().getLocalPort();
  }

  @Override
  public void close() throws IOException {
    try {
      tomcat.stop();
      tomcat.destroy();
    } catch (LifecycleException e) {
      throw new IOException("Tomcat does not stop", e);
    }
    if (workers != null) {
      workers.close();
    }
    try (var left = Files.walk(folder)) {
      for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private static final class Endpoint extends HttpServlet {
    @Serial private static final long serialVersionUID = 1;

    private final Request request;
    private final transient Endpoints endpoints;

    Endpoint(Request request, Endpoints endpoints) {
      this.request = request;
      this.endpoints = endpoints;
    }

    @Override
    protected void doGet(HttpServletRequest http, HttpServletResponse response) throws IOException {
      String n = http.getParameter("n");
      try {
        String answer =
            endpoints.answer(request, n == null ? Endpoints.DEFAULT_N : Integer.parseInt(n));
        response.setContentType("text/plain");
        response.getWriter().write(answer);
      } catch (SQLException e) {
        throw new IOException("the database does not answer", e);
      }
    }
  }
}
