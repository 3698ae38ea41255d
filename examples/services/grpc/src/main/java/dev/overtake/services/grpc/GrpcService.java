// SPDX-License-Identifier: Apache-2.0
package dev.overtake.services.grpc;

import dev.overtake.services.common.Command;
import dev.overtake.services.common.Endpoints;
import dev.overtake.services.common.Model;
import dev.overtake.services.common.Request;
import dev.overtake.services.common.Service;
import dev.overtake.services.common.Workers;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The service on gRPC: calls are tasks of the executor; Netty's event loops read and write. */
public final class GrpcService implements Service {
  private final Server server;
  private final @Nullable Workers workers;

  private GrpcService(Server server, @Nullable Workers workers) {
    this.server = server;
    this.workers = workers;
  }

  static void main(String[] arguments) throws Exception {
    Command.run("grpc", GrpcService::start, arguments);
  }

  static Service start(Model model, Endpoints endpoints, int port) throws IOException {
    NettyServerBuilder builder = NettyServerBuilder.forAddress(Service.loopback(port));
    Workers workers = null;
    switch (model) {
      case THREADS -> {} // gRPC's default: as many platform threads as it takes
      case EVENT_LOOP -> builder.directExecutor();
      case VIRTUAL, OVERTAKE -> {
        workers = Workers.of(model, "grpc");
        builder.executor(workers.executor());
      }
      case VERTICLE -> throw model.notIn("grpc");
    }
    ServerServiceDefinition.Builder service = ServerServiceDefinition.builder(Methods.SERVICE);
    for (Request request : Request.values()) {
      service.addMethod(
          Methods.of(request),
          ServerCalls.asyncUnaryCall((n, response) -> answer(endpoints, request, n, response)));
    }
    return new GrpcService(builder.addService(service.build()).build().start(), workers);
  }

  private static void answer(
      Endpoints endpoints, Request request, String n, StreamObserver<String> response) {
    try {
      response.onNext(endpoints.answer(request, Integer.parseInt(n)));
      response.onCompleted();
    } catch (NumberFormatException e) {
      response.onError(
          Status.INVALID_ARGUMENT.withDescription("n is no number: " + n).asException());
    } catch (IOException | SQLException e) {
      response.onError(Status.UNAVAILABLE.withCause(e).asException());
    }
  }

  @Override
  public int port() {
    return server.getPort();
  }

  @Override
  public void close() {
    try {
      server.shutdownNow().awaitTermination();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (workers != null) {
      workers.close();
    }
  }
}
