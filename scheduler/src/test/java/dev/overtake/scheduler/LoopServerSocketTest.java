// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopServerSocketTest {
  private final Scheduler scheduler = Scheduler.builder().build();

  @AfterEach
  void close() {
    scheduler.close();
  }

  private LoopServerSocket listen(String host, int port) throws IOException {
    return scheduler.listen(new InetSocketAddress(host, port), 10);
  }

  @Test
  void aPortThatIsTakenIsRefused() throws IOException {
    try (LoopServerSocket first = listen("127.0.0.1", 0)) {
      assertThatThrownBy(() -> listen("127.0.0.1", first.localAddress().getPort()))
          .isInstanceOf(BindException.class)
          .hasMessage("address already in use");
    }
  }

  @Test
  void aPortIsFreeAgainAfterClosingThoughItHadConnections() throws IOException {
    LoopServerSocket first = listen("127.0.0.1", 0);
    int port = first.localAddress().getPort();
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
        LoopSocket server = first.accept()) {
      assertThat(server.remoteAddress()).isEqualTo(client.getLocalSocketAddress());
      first.close();
      first.close();
      listen("127.0.0.1", port).close();
    }
  }

  @Test
  void anAddressOfAnotherMachineIsRefused() {
    assertThatThrownBy(() -> listen("192.0.2.1", 0))
        .isInstanceOf(BindException.class)
        .hasMessage("cannot assign requested address");
  }

  @Test
  void anUnresolvedAddressIsRefused() {
    assertThatThrownBy(
            () -> scheduler.listen(InetSocketAddress.createUnresolved("nowhere.invalid", 0), 10))
        .isInstanceOf(UnknownHostException.class)
        .hasMessage("nowhere.invalid");
  }

  @Test
  void ipv6WorksWhereTheSystemHasIt() throws IOException {
    InetAddress loopback = InetAddress.ofLiteral("::1");
    boolean available;
    try (ServerSocket probe = new ServerSocket(0, 1, loopback)) {
      available = probe.isBound();
    } catch (IOException e) {
      available = false;
    }
    if (!available) {
      assertThatThrownBy(() -> listen("::1", 0)).isInstanceOf(IOException.class);
      return;
    }
    try (LoopServerSocket listener = listen("::1", 0);
        Socket client = new Socket(loopback, listener.localAddress().getPort());
        LoopSocket server = listener.accept()) {
      assertThat(server.remoteAddress()).isEqualTo(client.getLocalSocketAddress());
      client.getOutputStream().write('6');
      byte[] buffer = new byte[1];
      assertThat(server.read(buffer, 0, 1)).isEqualTo(1);
      assertThat(buffer[0]).isEqualTo((byte) '6');
    }
  }

  @Test
  void closingEndsAnAcceptThatWaits() throws Exception {
    LoopServerSocket listener = listen("127.0.0.1", 0);
    FutureTask<LoopSocket> accept = new FutureTask<>(listener::accept);
    Thread accepting = Thread.ofPlatform().name("accepting").start(accept);
    Eventually.that("in accept", () -> isInside(accepting, "accept"));
    assertThatThrownBy(listener::accept)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("one thread at a time may accept");
    listener.close();
    assertThatThrownBy(accept::get).cause().hasMessage("socket closed");
    Eventually.ended(accepting);
    assertThatThrownBy(listener::accept)
        .isInstanceOf(SocketException.class)
        .hasMessage("socket closed");
  }

  private static boolean isInside(Thread thread, String method) {
    for (StackTraceElement frame : thread.getStackTrace()) {
      if (frame.getMethodName().equals(method) && frame.getClassName().endsWith(".Linux")) {
        return true;
      }
    }
    return false;
  }

  @Test
  void aConnectionAcceptedAfterTheSchedulerIsClosedIsRefused() throws IOException {
    try (LoopServerSocket listener = listen("127.0.0.1", 0);
        Socket client =
            new Socket(InetAddress.getLoopbackAddress(), listener.localAddress().getPort())) {
      scheduler.close();
      Eventually.that("carriers have ended", () -> scheduler.figures().carriers() == 0);
      assertThatThrownBy(listener::accept)
          .isInstanceOf(SocketException.class)
          .hasMessage("the scheduler is closed");
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }
}
