// SPDX-License-Identifier: Apache-2.0
package dev.overtake.services.vertx;

import dev.overtake.scheduler.Scheduler;
import dev.overtake.services.common.Command;
import dev.overtake.services.common.Endpoints;
import dev.overtake.services.common.Model;
import dev.overtake.services.common.Request;
import dev.overtake.services.common.Service;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.VertxBootstrap;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * The service on Vert.x. Under {@code threads}, {@code virtual} and {@code overtake} the event loop
 * hands blocking code over by {@code executeBlocking}: to Vert.x's pool, or to the JDK's virtual
 * threads or the scheduler in its place. Under {@code event-loop} and {@code verticle} the handler
 * is called where the verticle runs.
 */
public final class VertxService implements Service {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final HttpVerticle verticle;
  private final @Nullable Scheduler scheduler;

  private VertxService(Vertx vertx, HttpVerticle verticle, @Nullable Scheduler scheduler) {
    this.vertx = vertx;
    this.verticle = verticle;
    this.scheduler = scheduler;
  }

  static void main(String[] arguments) throws Exception {
    Command.run("vertx", VertxService::start, arguments);
  }

  static Service start(Model model, Endpoints endpoints, int port) {
    VertxBootstrap bootstrap = VertxBootstrap.create();
    Scheduler scheduler = null;
    if (model == Model.VIRTUAL) {
      bootstrap.executorServiceFactory(
          (factory, size, most) -> Executors.newVirtualThreadPerTaskExecutor());
    } else if (model == Model.OVERTAKE) {
      Scheduler shared = Scheduler.builder().name("vertx").build();
      bootstrap.executorServiceFactory((factory, size, most) -> shared.executor());
      scheduler = shared;
    }
    Vertx vertx = bootstrap.init().vertx();
    boolean handsOver = model != Model.EVENT_LOOP && model != Model.VERTICLE;
    HttpVerticle verticle = new HttpVerticle(endpoints, Service.loopback(port), handsOver);
    ThreadingModel threading =
        model == Model.VERTICLE ? ThreadingModel.VIRTUAL_THREAD : ThreadingModel.EVENT_LOOP;
    vertx.deployVerticle(verticle, new DeploymentOptions().setThreadingModel(threading)).await();
    return new VertxService(vertx, verticle, scheduler);
  }

  @Override
  public int port() {
    return verticle.port();
  }

  @Override
  public void close() {
    vertx.close().await();
    if (scheduler != null) {
      scheduler.close(PATIENCE);
    }
  }

  private static final class HttpVerticle extends VerticleBase {
    private final Endpoints endpoints;
    private final InetSocketAddress address;
    private final boolean handsOver;
    private volatile int port; // set once, read by the starting thread

    HttpVerticle(Endpoints endpoints, InetSocketAddress address, boolean handsOver) {
      this.endpoints = endpoints;
      this.address = address;
      this.handsOver = handsOver;
    }

    @Override
    public Future<?> start() {
      return vertx
          .createHttpServer()
          .requestHandler(this::handle)
          .listen(address.getPort(), address.getHostString())
          .onSuccess((HttpServer listening) -> port = listening.actualPort());
    }

    int port() {
      return port;
    }

    private void handle(HttpServerRequest http) {
      Optional<Request> request = Request.at(Objects.requireNonNullElse(http.path(), ""));
      if (request.isEmpty()) {
        http.response().setStatusCode(404).end();
        return;
      }
      String n = http.getParam("n", Integer.toString(Endpoints.DEFAULT_N));
      HttpServerResponse response = http.response();
      Future<@Nullable String> answer =
          handsOver
              ? vertx.executeBlocking(() -> answer(request.get(), n), false)
              : inline(request.get(), n);
      answer
          .onSuccess(text -> response.end(String.valueOf(text)))
          .onFailure(failure -> response.setStatusCode(500).end());
    }

    private Future<@Nullable String> inline(Request request, String n) {
      try {
        return Future.succeededFuture(answer(request, n));
      } catch (Exception e) {
        return Future.failedFuture(e);
      }
    }

    private String answer(Request request, String n) throws Exception {
      return endpoints.answer(request, Integer.parseInt(n));
    }
  }
}
