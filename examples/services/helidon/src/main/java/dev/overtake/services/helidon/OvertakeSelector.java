// SPDX-License-Identifier: Apache-2.0
package dev.overtake.services.helidon;

import dev.overtake.scheduler.Scheduler;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Hands Helidon's connections over to virtual threads of a scheduler. Helidon's own thread, on the
 * JDK's scheduler, only finds out the protocol and then waits until the connection ends.
 */
final class OvertakeSelector implements ServerConnectionSelector {
  private final ServerConnectionSelector protocol;
  private final Scheduler scheduler;

  OvertakeSelector(ServerConnectionSelector protocol, Scheduler scheduler) {
    this.protocol = protocol;
    this.scheduler = scheduler;
  }

  @Override
  public int bytesToIdentifyConnection() {
    return protocol.bytesToIdentifyConnection();
  }

  @Override
  public Support supports(BufferData data) {
    return protocol.supports(data);
  }

  @Override
  public Set<String> supportedApplicationProtocols() {
    return protocol.supportedApplicationProtocols();
  }

  @Override
  public ServerConnection connection(ConnectionContext context) {
    return new HandedOver(protocol.connection(context), scheduler);
  }

  private record HandedOver(ServerConnection connection, Scheduler scheduler)
      implements ServerConnection {
    @Override
    public void handle(Limit limit) throws InterruptedException {
      FutureTask<?> served =
          new FutureTask<>(() -> {
            connection.handle(limit);
            return null;
          });
      scheduler.newThread(Thread.currentThread().getName(), served).start();
      try {
        served.get();
      } catch (InterruptedException e) {
        served.cancel(true);
        throw e;
      } catch (ExecutionException e) {
        throw unwrapped(e);
      }
    }

    /** Helidon tells by its type what has become of a connection. */
    private static RuntimeException unwrapped(ExecutionException e) throws InterruptedException {
      switch (e.getCause()) {
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case InterruptedException interrupt -> throw interrupt;
        case null, default -> throw new IllegalStateException(e);
      }
    }

    @Override
    public Duration idleTime() {
      return connection.idleTime();
    }

    @Override
    public void close(boolean interrupt) {
      connection.close(interrupt);
    }
  }
}
