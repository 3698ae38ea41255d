// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import dev.overtake.scheduler.LoopServerSocket;
import dev.overtake.scheduler.LoopSocket;
import dev.overtake.scheduler.Scheduler;
import dev.overtake.scheduler.SharedSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Virtual threads on event loops of our own, which notice their sockets' readiness themselves: with
 * time sharing ({@code overtake}) or without ({@code event-loop}).
 */
final class EventLoopModel implements Model {
  private final String spelling;
  private final Scheduler.Builder builder;
  private @Nullable Scheduler scheduler; // set by listen(), which the server calls first

  EventLoopModel(String spelling, Scheduler.Builder builder) {
    this.spelling = spelling;
    this.builder = builder;
  }

  static Model overtake(Scheduler.Builder builder) {
    return new EventLoopModel("overtake", builder);
  }

  static Model eventLoop() {
    return new EventLoopModel("event-loop", Scheduler.builder().withoutTimeSharing());
  }

  @Override
  public Listener listen(InetSocketAddress address, int backlog) throws IOException {
    return listen(
        loops -> loops.listen(address, backlog), () -> Model.super.listen(address, backlog));
  }

  @Override
  public Listener listen(SharedSocket socket) throws IOException {
    return listen(loops -> loops.listen(socket), () -> Model.super.listen(socket));
  }

  private Listener listen(OwnSockets own, JdkSockets otherwise) throws IOException {
    Scheduler built = builder.build();
    try {
      Listener listener =
          built.hasNativeSockets() ? new LoopListener(own.listen(built)) : otherwise.listen();
      scheduler = built;
      return listener;
    } catch (Throwable e) {
      built.close();
      throw e;
    }
  }

  private interface OwnSockets {
    LoopServerSocket listen(Scheduler loops) throws IOException;
  }

  private interface JdkSockets {
    Listener listen() throws IOException;
  }

  @Override
  public void serve(String threadName, Runnable connection) {
    Scheduler running = scheduler;
    if (running == null) {
      throw new IllegalStateException("serve before listen");
    }
    running.newThread(threadName, connection).start();
  }

  @Override
  public void close() {
    if (scheduler != null) {
      // The server has waited for the handlers already.
      scheduler.close(Duration.ZERO);
    }
  }

  @Override
  public String toString() {
    return spelling;
  }

  private record LoopListener(LoopServerSocket socket) implements Listener {
    @Override
    public Connection accept() throws IOException {
      return new LoopConnection(socket.accept());
    }

    @Override
    public InetSocketAddress address() {
      return socket.localAddress();
    }

    @Override
    public void close() {
      socket.close();
    }
  }

  private record LoopConnection(LoopSocket socket) implements Connection {
    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      try {
        return socket.read(buffer, offset, length);
      } catch (SocketException e) {
        throw new ConnectionLostException(e);
      }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        socket.write(bytes, offset, length);
      } catch (SocketException e) {
        throw new ConnectionLostException(e);
      }
    }

    @Override
    public InetSocketAddress remoteAddress() {
      return socket.remoteAddress();
    }

    @Override
    public void shutdownInput() {
      socket.shutdownInput();
    }

    @Override
    public void close() {
      socket.close();
    }
  }
}
