// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Vert.x with its native transport where there is one, the handler inline on the event loop. The
 * server is deployed once for each of its event loops, or all connections would share one.
 */
final class VertxPeer implements Peer {
  /** Any free port, the same one for all that are deployed together. */
  private static final int SHARED_FREE_PORT = -1;

  @Override
  public InetSocketAddress start() throws IOException {
    VertxOptions options = new VertxOptions().setPreferNativeTransport(true);
    Vertx vertx = Vertx.vertx(options);
    AtomicInteger port = new AtomicInteger();
    DeploymentOptions onAllLoops =
        new DeploymentOptions().setInstances(options.getEventLoopPoolSize());
    try {
      vertx
          .deployVerticle(() -> new Server(port), onAllLoops)
          .toCompletionStage()
          .toCompletableFuture()
          .get();
    } catch (ExecutionException e) {
      throw new IOException("Vert.x cannot listen", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while Vert.x started", e);
    }
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port.get());
  }

  private static final class Server extends VerticleBase {
    private final AtomicInteger port;

    Server(AtomicInteger port) {
      this.port = port;
    }

    @Override
    public Future<?> start() {
      NetServerOptions options =
          new NetServerOptions().setTcpNoDelay(true).setAcceptBacklog(BACKLOG);
      return vertx
          .createNetServer(options)
          .connectHandler(Server::serve)
          .listen(SHARED_FREE_PORT, InetAddress.getLoopbackAddress().getHostAddress())
          .onSuccess((NetServer listening) -> port.set(listening.actualPort()));
    }

    private static void serve(NetSocket socket) {
      FibLines lines = new FibLines();
      socket.handler(chunk -> answer(socket, lines, chunk));
    }

    private static void answer(NetSocket socket, FibLines lines, Buffer chunk) {
      for (int i = 0; i < chunk.length(); i++) {
        lines.take(chunk.getByte(i));
      }
      socket.write(Buffer.buffer(lines.length()).appendBytes(lines.answers(), 0, lines.length()));
      lines.clear();
    }
  }
}
