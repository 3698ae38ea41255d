// SPDX-License-Identifier: Apache-2.0
package dev.overtake.services.contract;

import dev.overtake.services.common.Request;
import java.util.concurrent.CompletableFuture;

/** Asks a service over the network. Thread-safe. */
public interface Client extends AutoCloseable {
  /** The answer, sometime; no request waits for another one in the client. */
  CompletableFuture<String> ask(Request request, int n);

  @Override
  void close();
}
