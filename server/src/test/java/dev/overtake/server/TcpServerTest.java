// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What a server owes to its builder and to a model that fails; the rest is in the contract. */
final class TcpServerTest {
  @Test
  void listensOnAFreePortOfThisMachineAlone() throws Exception {
    try (TcpServer server = TcpServer.builder(Handlers.named("echo")).start()) {
      assertThat(server.port()).isPositive();
      assertThat(server.address().getAddress().isLoopbackAddress()).isTrue();
      assertThat(server).hasToString("server 127.0.0.1:" + server.port());
    }
  }

  @Test
  void refusesNumbersOutOfRange() {
    TcpServer.Builder builder = TcpServer.builder(Handlers.named("echo"));

    assertThatThrownBy(() -> builder.port(65536))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("port must be from 0 to 65535: port=65536");
    assertThatThrownBy(() -> builder.port(-1)).hasMessageEndingWith("port=-1");
    assertThatThrownBy(() -> builder.backlog(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("backlog must be at least 1: backlog=0");
    assertThatThrownBy(() -> builder.grace(Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("grace=PT-0.000000001S");
    assertThatThrownBy(() -> builder.grace(Duration.ofDays(1_000_000)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesAHostThatIsUnknown() {
    assertThatThrownBy(
            () -> TcpServer.builder(Handlers.named("echo")).host("no such host").port(7070).start())
        .isInstanceOf(UnknownHostException.class)
        .hasMessage(
            "server no such host:7070: host unknown; choose a name or an address of this machine");
  }

  @Test
  void refusesAnAddressOfAnotherMachine() {
    assertThatThrownBy(
            () -> TcpServer.builder(Handlers.named("echo")).host("192.0.2.1").port(7070).start())
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("server 192.0.2.1:7070: cannot listen, ");
  }

  @Test
  void servesTheNextClientAfterAnAcceptThatFailed() throws Exception {
    AtomicInteger accepts = new AtomicInteger();
    Model model =
        listening(listener ->
            accepting(
                listener,
                () -> {
                  if (accepts.incrementAndGet() == 1) {
                    throw new IOException("Too many open files");
                  }
                  return listener.accept();
                }));
    try (LogLines log = new LogLines();
        TcpServer server = TcpServer.builder(Handlers.named("fib")).model(model).start();
        Client client = new Client(server)) {
      assertThat(client.send("10").line()).isEqualTo("55");
      assertThat(log.lines())
          .singleElement()
          .asString()
          .startsWith(server + ": cannot serve clients, trying on: ")
          .contains("Too many open files");
    }
  }

  @Test
  void servesTheNextClientAfterOneForWhomThereWasNoThread() throws Exception {
    AtomicInteger served = new AtomicInteger();
    Model model =
        new Plain() {
          @Override
          public void serve(String threadName, Runnable connection) {
            if (served.incrementAndGet() == 1) {
              throw new OutOfMemoryError("unable to create native thread");
            }
            super.serve(threadName, connection);
          }
        };
    try (LogLines log = new LogLines();
        TcpServer server = TcpServer.builder(Handlers.named("fib")).model(model).start();
        Client unlucky = new Client(server)) {
      assertThat(unlucky.line()).isNull();
      try (Client client = new Client(server)) {
        assertThat(client.send("10").line()).isEqualTo("55");
      }
      await().until(() -> server.connections() == 0);
      assertThat(log.lines()).singleElement().asString().contains("unable to create native thread");
    }
  }

  @Test
  void closesAConnectionThatIsAcceptedWhileItStops() throws Exception {
    CountDownLatch accepted = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    Model model =
        listening(listener ->
            accepting(
                listener,
                () -> {
                  Connection connection = listener.accept();
                  accepted.countDown();
                  awaitUnharmed(closed);
                  return connection;
                }));
    Handler unwanted =
        _ -> {
          throw new AssertionError("served though the server stops");
        };
    try (LogLines log = new LogLines();
        TcpServer server = TcpServer.builder(unwanted).model(model).start();
        Client client = new Client(server)) {
      accepted.await();
      Thread stopping = Thread.ofPlatform().start(server::stop);
      await().until(() -> isRefused(server));
      closed.countDown();

      assertThat(client.line()).isNull();
      stopping.join();
      assertThat(server.connections()).isZero();
      assertThat(log.lines()).isEmpty();
    }
  }

  private static class Plain implements Model {
    private final Model threads = Model.parse("threads");

    @Override
    public void serve(String threadName, Runnable connection) {
      threads.serve(threadName, connection);
    }

    @Override
    public String toString() {
      return "plain";
    }
  }

  private static Model listening(UnaryOperator<Listener> change) {
    return new Plain() {
      @Override
      public Listener listen(InetSocketAddress address, int backlog) throws IOException {
        return change.apply(super.listen(address, backlog));
      }
    };
  }

  private interface Accept {
    Connection accept() throws IOException;
  }

  private static Listener accepting(Listener listener, Accept accept) {
    return new Listener() {
      @Override
      public Connection accept() throws IOException {
        return accept.accept();
      }

      @Override
      public InetSocketAddress address() {
        return listener.address();
      }

      @Override
      public void close() {
        listener.close();
      }
    };
  }

  private static void awaitUnharmed(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static boolean isRefused(TcpServer server) {
    try (Client client = new Client(server)) {
      return client.address().isEmpty();
    } catch (IOException e) {
      return true;
    }
  }
}
