// SPDX-License-Identifier: Apache-2.0
package dev.overtake.services.helidon;

import dev.overtake.scheduler.Scheduler;
import dev.overtake.services.common.Command;
import dev.overtake.services.common.Endpoints;
import dev.overtake.services.common.Model;
import dev.overtake.services.common.Request;
import dev.overtake.services.common.Service;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The service on Helidon, which takes no executor: under {@code overtake} each connection is handed
 * over by its {@link OvertakeSelector}. The agent does the same without any code.
 */
public final class HelidonService implements Service {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final WebServer server;
  private final @Nullable Scheduler scheduler;

  private HelidonService(WebServer server, @Nullable Scheduler scheduler) {
    this.server = server;
    this.scheduler = scheduler;
  }

  static void main(String[] arguments) throws Exception {
    Command.run("helidon", HelidonService::start, arguments);
  }

  static Service start(Model model, Endpoints endpoints, int port) {
    WebServerConfig.Builder builder =
        WebServer.builder()
            .address(Service.loopback(port).getAddress())
            .port(port)
            .shutdownHook(false)
            .routing(routing -> route(routing, endpoints));
    Scheduler scheduler =
        switch (model) {
          case VIRTUAL -> null;
          case OVERTAKE -> Scheduler.builder().name("helidon").build();
          case THREADS, EVENT_LOOP, VERTICLE -> throw model.notIn("helidon");
        };
    if (scheduler != null) {
      Http1ConnectionSelector http =
          Http1ConnectionSelector.builder().config(Http1Config.create()).build();
      builder.addConnectionSelector(new OvertakeSelector(http, scheduler));
    }
    return new HelidonService(builder.build().start(), scheduler);
  }

  private static void route(HttpRouting.Builder routing, Endpoints endpoints) {
    for (Request request : Request.values()) {
      routing.get(
          request.path(),
          (http, response) -> {
            int n = http.query().first("n").asInt().orElse(Endpoints.DEFAULT_N);
            response.send(endpoints.answer(request, n));
          });
    }
  }

  @Override
  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.stop();
    if (scheduler != null) {
      scheduler.close(PATIENCE);
    }
  }
}
