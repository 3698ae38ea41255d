// SPDX-License-Identifier: Apache-2.0
package dev.overtake.services.grpc;

import dev.overtake.services.common.Model;
import dev.overtake.services.common.Request;
import dev.overtake.services.common.Service;
import dev.overtake.services.contract.Client;
import dev.overtake.services.contract.ServiceContract;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CompletableFuture;

final class GrpcServiceTest extends ServiceContract {
  GrpcServiceTest() {
    super(GrpcService::start);
  }

  @Override
  protected List<Model> models() {
    return List.of(Model.THREADS, Model.EVENT_LOOP, Model.VIRTUAL, Model.OVERTAKE);
  }

  @Override
  protected List<Model> stallingModels() {
    return List.of(Model.EVENT_LOOP, Model.VIRTUAL);
  }

  @Override
  protected Client client(int port) {
    return new Calls(NettyChannelBuilder.forAddress(Service.loopback(port)).usePlaintext().build());
  }

  /** All calls share one connection, as they do in gRPC. */
  private record Calls(ManagedChannel channel) implements Client {
    @Override
    public CompletableFuture<String> ask(Request request, int n) {
      CompletableFuture<String> answer = new CompletableFuture<>();
      ClientCalls.asyncUnaryCall(
          channel.newCall(Methods.of(request), CallOptions.DEFAULT),
          Integer.toString(n),
          new StreamObserver<>() {
            @Override
            public void onNext(String value) {
              answer.complete(value);
            }

            @Override
            public void onError(Throwable failure) {
              answer.completeExceptionally(failure);
            }

            @Override
            public void onCompleted() {}
          });
      return answer;
    }

    @Override
    public void close() {
      channel.shutdownNow();
    }
  }
}
