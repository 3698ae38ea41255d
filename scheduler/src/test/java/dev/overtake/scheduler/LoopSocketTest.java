// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Native sockets, with the JDK's own at the other end. */
class LoopSocketTest {
  private Scheduler scheduler;
  private LoopServerSocket listener;
  private final List<AutoCloseable> opened = new ArrayList<>();

  LoopSocketTest() throws IOException {
    scheduler = Scheduler.builder().eventLoops(2).build();
    listener = listen(scheduler);
  }

  private static LoopServerSocket listen(Scheduler scheduler) throws IOException {
    return scheduler.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
  }

  @BeforeEach
  void nativeSocketsAreTested() {
    assertThat(scheduler.hasNativeSockets()).isTrue();
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
    listener.close();
    scheduler.close();
  }

  private record Pair(Socket client, LoopSocket server) {}

  private Pair connect() throws IOException {
    return connect(new Socket());
  }

  private Pair connect(Socket client) throws IOException {
    client.connect(listener.localAddress());
    Pair pair = new Pair(client, listener.accept());
    opened.add(client);
    opened.add(pair.server);
    return pair;
  }

  /** A thread of the scheduler, with what came of it. */
  private final class Serving<T> {
    final FutureTask<T> task;
    final Thread thread;

    Serving(Callable<T> work) {
      task = new FutureTask<>(work);
      thread = scheduler.newThread("serving", task);
      thread.start();
    }

    Serving<T> waits() {
      Eventually.that("it waits", () -> thread.getState() == Thread.State.WAITING);
      return this;
    }

    T result() throws InterruptedException, ExecutionException {
      return task.get();
    }

    void fails(String message) {
      assertThatThrownBy(task::get)
          .cause()
          .isInstanceOf(SocketException.class)
          .hasMessageContaining(message);
    }
  }

  private static int read(LoopSocket socket) throws IOException {
    return socket.read(new byte[100], 0, 100);
  }

  private static byte[] noise(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(ints = {1, 7, 1_000, 65_536, 131_072, 131_073, 3_000_000})
  void everyByteArrivesInBothDirections(int length) throws Exception {
    Pair pair = connect();
    byte[] sent = noise(length);
    Serving<Integer> echo =
        new Serving<>(() -> {
          byte[] buffer = new byte[8192];
          int total = 0;
          for (int n; (n = pair.server.read(buffer, 0, buffer.length)) > 0; total += n) {
            pair.server.write(buffer, 0, n);
          }
          pair.server.shutdownOutput();
          return total;
        });
    CompletableFuture<byte[]> received = new CompletableFuture<>();
    Thread reader =
        Thread.ofPlatform()
            .start(() -> {
              try {
                received.complete(pair.client.getInputStream().readAllBytes());
              } catch (IOException e) {
                received.completeExceptionally(e);
              }
            });
    pair.client.getOutputStream().write(sent);
    pair.client.shutdownOutput();
    assertThat(received.get()).isEqualTo(sent);
    assertThat(echo.result()).isEqualTo(length);
    Eventually.ended(reader);
  }

  @Test
  void aWriterWaitsForASlowReader() throws Exception {
    Socket slow = new Socket();
    slow.setReceiveBufferSize(4096);
    Pair pair = connect(slow);
    byte[] sent = noise(8_000_000);
    Serving<Boolean> writing =
        new Serving<>(() -> {
          pair.server.write(sent, 0, sent.length);
          pair.server.shutdownOutput();
          return true;
        });
    writing.waits();
    InputStream in = pair.client.getInputStream();
    byte[] received = new byte[sent.length];
    int at = 0;
    for (int n; (n = in.read(received, at, Math.min(5000, sent.length - at))) > 0; ) {
      at += n;
    }
    assertThat(received).isEqualTo(sent);
    assertThat(in.read()).isEqualTo(-1);
    assertThat(writing.result()).isTrue();
  }

  @Test
  void aReadTakesNoMoreThanAskedForAndTheNextGetsTheRest() throws Exception {
    Pair pair = connect();
    pair.client.getOutputStream().write("0123456789".getBytes(US_ASCII));
    byte[] buffer = "..........".getBytes(US_ASCII);
    Serving<List<Integer>> reading =
        new Serving<>(() ->
            List.of(
                pair.server.read(buffer, 3, 4),
                pair.server.read(buffer, 0, 3),
                pair.server.read(buffer, 7, 3)));
    assertThat(reading.result()).containsExactly(4, 3, 3);
    assertThat(new String(buffer, US_ASCII)).isEqualTo("4560123789");
  }

  @Test
  void whoHasOverstayedIsBackOnALoopAfterItsNextReadThoughTheDataWasThere() throws Exception {
    Pair pair = connect();
    pair.client.getOutputStream().write("ab".getBytes(US_ASCII));
    Serving<List<Boolean>> reading =
        new Serving<>(() -> {
          byte[] buffer = new byte[1];
          pair.server.read(buffer, 0, 1);
          while (!carrierIsLost()) {
            Thread.onSpinWait();
          }
          pair.server.read(buffer, 0, 1);
          return List.of(carrierIsLost(), buffer[0] == 'b');
        });
    assertThat(reading.result()).containsExactly(false, true);
  }

  private static boolean carrierIsLost() {
    return Objects.requireNonNull(Carrier.current()).lost();
  }

  @Test
  void theEndIsSeenThoughItsEdgeCameWithTheData() throws Exception {
    close();
    scheduler = Scheduler.builder().eventLoops(1).withoutTimeSharing().build();
    listener = listen(scheduler);
    Pair pair = connect();
    Serving<List<Integer>> reading =
        new Serving<>(() -> List.of(read(pair.server), read(pair.server), read(pair.server)));
    reading.waits();
    // While the one loop is occupied, data and end become one event.
    try (Hogs occupied = Hogs.on(scheduler, 1)) {
      assertThat(occupied.threads()).hasSize(1);
      pair.client.getOutputStream().write("bye".getBytes(US_ASCII));
      pair.client.shutdownOutput();
    }
    assertThat(reading.result()).containsExactly(3, -1, -1);
  }

  @Test
  void theEndIsSeenWheneverItComes() throws Exception {
    for (int i = 0; i < 300; i++) {
      try (Socket client = new Socket()) {
        client.connect(listener.localAddress());
        LoopSocket server = listener.accept();
        Serving<List<Integer>> reading = new Serving<>(() -> List.of(read(server), read(server)));
        client.getOutputStream().write('x');
        client.shutdownOutput();
        assertThat(reading.result()).as("connection %d", i).containsExactly(1, -1);
        server.close();
      }
    }
  }

  @Test
  void dataBehindUrgentDataIsSeen() throws Exception {
    Pair pair = connect();
    pair.client.getOutputStream().write("ab".getBytes(US_ASCII));
    pair.client.sendUrgentData('!');
    pair.client.getOutputStream().write("cd".getBytes(US_ASCII));
    Serving<String> reading =
        new Serving<>(() -> {
          StringBuilder text = new StringBuilder();
          byte[] buffer = new byte[100];
          while (text.length() < 4) {
            int n = pair.server.read(buffer, 0, buffer.length);
            text.append(new String(buffer, 0, n, US_ASCII));
          }
          return text.toString();
        });
    assertThat(reading.result()).isEqualTo("abcd");
  }

  @Test
  void aReaderThatWaitsSeesAReset() throws Exception {
    Pair pair = connect();
    Serving<Integer> reading = new Serving<>(() -> read(pair.server));
    reading.waits();
    pair.client.setSoLinger(true, 0);
    pair.client.close();
    reading.fails("connection reset");
  }

  @Test
  void aReaderThatComesLateSeesAReset() throws Exception {
    for (int i = 0; i < 100; i++) {
      Pair pair = connect();
      pair.client.setSoLinger(true, 0);
      pair.client.close();
      new Serving<>(() -> read(pair.server)).fails("connection reset");
      pair.server.close();
    }
  }

  @Test
  void aWriterThatWaitsSeesAReset() throws Exception {
    Pair pair = connect();
    byte[] much = new byte[16_000_000];
    Serving<Boolean> writing =
        new Serving<>(() -> {
          pair.server.write(much, 0, much.length);
          return true;
        });
    writing.waits();
    pair.client.setSoLinger(true, 0);
    pair.client.close();
    writing.fails("connection reset");
    new Serving<>(
            () -> {
              pair.server.write(much, 0, 1);
              return true;
            })
        .fails("broken pipe");
  }

  @Test
  void closingEndsAReaderThatWaitsAndEveryLaterRead() throws Exception {
    Pair pair = connect();
    Serving<Integer> reading = new Serving<>(() -> read(pair.server));
    reading.waits();
    pair.server.close();
    pair.server.close();
    reading.fails("socket closed");
    new Serving<>(() -> read(pair.server)).fails("socket closed");
    new Serving<>(() -> read(pair.server)).fails("socket closed");
    assertThat(pair.client.getInputStream().read()).isEqualTo(-1);
  }

  @Test
  void closingEndsAWriterThatWaits() throws Exception {
    Pair pair = connect();
    byte[] much = new byte[16_000_000];
    Serving<Boolean> writing =
        new Serving<>(() -> {
          pair.server.write(much, 0, much.length);
          return true;
        });
    writing.waits();
    pair.server.close();
    writing.fails("socket closed");
    assertThatThrownBy(pair.server::shutdownOutput).hasMessage("socket closed");
  }

  @Test
  void shuttingTheInputDropsWhatIsUnreadAndLetsWritingGoOn() throws Exception {
    Pair pair = connect();
    Serving<Integer> reading = new Serving<>(() -> read(pair.server));
    reading.waits();
    pair.server.shutdownInput();
    assertThat(reading.result()).isEqualTo(-1);
    pair.client.getOutputStream().write("unread".getBytes(US_ASCII));
    Serving<Integer> again =
        new Serving<>(() -> {
          int n = read(pair.server);
          pair.server.write(new byte[] {'!'}, 0, 1);
          return n;
        });
    assertThat(again.result()).isEqualTo(-1);
    assertThat(pair.client.getInputStream().read()).isEqualTo('!');
    pair.server.close();
    pair.server.shutdownInput();
  }

  @Test
  void anInterruptedReaderWaitsOnAndKeepsItsFlag() throws Exception {
    Pair pair = connect();
    Serving<Boolean> reading =
        new Serving<>(() -> {
          assertThat(read(pair.server)).isEqualTo(1);
          boolean first = Thread.currentThread().isInterrupted();
          // With the flag set it must wait for the next byte all the same.
          assertThat(read(pair.server)).isEqualTo(1);
          return first && Thread.interrupted();
        });
    reading.waits();
    reading.thread.interrupt();
    reading.waits();
    pair.client.getOutputStream().write('x');
    reading.waits();
    pair.client.getOutputStream().write('y');
    assertThat(reading.result()).isTrue();
  }

  @Test
  void aSecondReaderIsRefusedAndTheFirstGoesOn() throws Exception {
    Pair pair = connect();
    Serving<Integer> first = new Serving<>(() -> read(pair.server));
    first.waits();
    Serving<Integer> second = new Serving<>(() -> read(pair.server));
    assertThatThrownBy(second::result)
        .cause()
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("one thread at a time may wait in a direction: waiting=");
    pair.client.getOutputStream().write('x');
    assertThat(first.result()).isEqualTo(1);
  }

  @Test
  void readerAndWriterAreTwoThreadsIfTheyLike() throws Exception {
    Pair pair = connect();
    Serving<Integer> reading = new Serving<>(() -> read(pair.server)).waits();
    byte[] much = new byte[16_000_000];
    Serving<Boolean> writing =
        new Serving<>(() -> {
          pair.server.write(much, 0, much.length);
          return true;
        });
    writing.waits();
    pair.client.getOutputStream().write('x');
    assertThat(reading.result()).isEqualTo(1);
    pair.client.getInputStream().skipNBytes(much.length);
    assertThat(writing.result()).isTrue();
  }

  @Test
  void connectionsThatComeAndGoInParallelNeverMixTheirBytes() throws Exception {
    Thread accepting =
        Thread.ofPlatform()
            .name("accepting")
            .start(() -> {
              try {
                while (true) {
                  LoopSocket socket = listener.accept();
                  scheduler.newThread("echo", () -> echo(socket)).start();
                }
              } catch (SocketException e) {
                assertThat(e).hasMessage("socket closed");
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Thread> clients = new ArrayList<>();
    for (int c = 0; c < 6; c++) {
      int seed = c;
      clients.add(
          Thread.ofPlatform()
              .start(() -> {
                try {
                  comeAndGo(new Random(seed));
                } catch (Throwable e) {
                  failure.set(e);
                }
              }));
    }
    clients.forEach(Eventually::ended);
    assertThat(failure).hasNullValue();
    listener.close();
    Eventually.ended(accepting);
    Eventually.that("all served", () -> scheduler.figures().threads() == 0);
  }

  private void comeAndGo(Random random) throws IOException {
    for (int i = 0; i < 150; i++) {
      try (Socket client = new Socket()) {
        client.connect(listener.localAddress());
        byte[] sent = new byte[1 + random.nextInt(300)];
        random.nextBytes(sent);
        client.getOutputStream().write(sent);
        switch (random.nextInt(4)) {
          case 0 -> client.setSoLinger(true, 0); // reset
          case 1 -> client.shutdownOutput();
          case 2 -> {} // closed with the answer unread
          default -> assertThat(client.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
        }
      }
    }
  }

  private static void echo(LoopSocket socket) {
    try (socket) {
      byte[] buffer = new byte[100];
      for (int n; (n = socket.read(buffer, 0, buffer.length)) > 0; ) {
        socket.write(buffer, 0, n);
      }
    } catch (IOException e) {
      assertThat(e).isInstanceOf(SocketException.class); // reset by the client
    }
  }

  @Test
  void moreSocketsThanThePollersFirstTableHolds() throws Exception {
    List<Pair> pairs = new ArrayList<>();
    List<Serving<Integer>> readings = new ArrayList<>();
    for (int i = 0; i < 700; i++) {
      Pair pair = connect();
      pairs.add(pair);
      readings.add(new Serving<>(() -> read(pair.server)));
    }
    for (Pair pair : pairs) {
      pair.client.getOutputStream().write('x');
    }
    for (Serving<Integer> reading : readings) {
      assertThat(reading.result()).isEqualTo(1);
    }
  }

  @Test
  void aPlatformThreadMayReadAndWriteToo() throws Exception {
    Pair pair = connect();
    pair.client.getOutputStream().write("ping".getBytes(US_ASCII));
    byte[] buffer = new byte[10];
    assertThat(pair.server.read(buffer, 0, 10)).isEqualTo(4);
    pair.server.write(buffer, 0, 4);
    assertThat(pair.client.getInputStream().readNBytes(4)).isEqualTo(Arrays.copyOf(buffer, 4));
  }

  @Test
  void theRemoteAddressIsTheClients() throws Exception {
    Pair pair = connect();
    assertThat(pair.server.remoteAddress()).isEqualTo(pair.client.getLocalSocketAddress());
  }
}
