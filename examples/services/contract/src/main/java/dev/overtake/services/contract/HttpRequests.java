// SPDX-License-Identifier: Apache-2.0
package dev.overtake.services.contract;

import dev.overtake.services.common.Request;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;

/** Over HTTP/1.1: requests that are under way at the same time have a connection each. */
final class HttpRequests implements Client {
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final int port;

  HttpRequests(int port) {
    this.port = port;
  }

  @Override
  public CompletableFuture<String> ask(Request request, int n) {
    return get(request.path() + "?n=" + n)
        .thenApply(response -> {
          if (response.statusCode() != 200) {
            throw new AssertionError(response + ": " + response.body());
          }
          return response.body();
        });
  }

  CompletableFuture<HttpResponse<String>> get(String path) {
    URI uri = URI.create("http://127.0.0.1:" + port + path);
    return http.sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  @Override
  public void close() {
    http.shutdownNow();
    http.close();
  }
}
