// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every model owes to clients and handlers, shown with raw bytes on sockets. */
abstract class ServerContract {
  private static final Duration FOREVER = Duration.ofHours(1);

  static {
    Awaitility.setDefaultPollDelay(Duration.ZERO);
    Awaitility.setDefaultPollInterval(Duration.ofMillis(5));
  }

  private final LogLines log = new LogLines();
  private final List<AutoCloseable> opened = new ArrayList<>(List.of(log));

  /** Makes a fresh model. */
  abstract Model model();

  /** How many clients are served at the same time; the next ones wait in the backlog. */
  int clientsAtOnce() {
    return Integer.MAX_VALUE;
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable resource : opened.reversed()) {
      resource.close();
    }
    await().untilAsserted(() -> assertThat(serverThreads()).as("threads left").isEmpty());
  }

  private <T extends AutoCloseable> T closed(T resource) {
    opened.add(resource);
    return resource;
  }

  TcpServer start(Handler handler) throws IOException {
    return start(handler, FOREVER);
  }

  private TcpServer start(Handler handler, Duration grace) throws IOException {
    return closed(TcpServer.builder(handler).model(model()).grace(grace).start());
  }

  Client connect(TcpServer server) throws IOException {
    return closed(new Client(server));
  }

  private Client fibClient() throws IOException {
    return connect(start(Handlers.named("fib")));
  }

  private static List<String> serverThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.matches("(accept|conn|pool|stop)-\\d+"))
        .toList();
  }

  @Test
  void answersSeveralRequestsOfOnePacketInTheirOrder() throws Exception {
    Client client = fibClient().send("10\n1\n20\n2\n");

    assertThat(client.line()).isEqualTo("55");
    assertThat(client.line()).isEqualTo("1");
    assertThat(client.line()).isEqualTo("6765");
    assertThat(client.line()).isEqualTo("1");
  }

  @Test
  void takesChunksWithoutNewlinesAsRequestsAsTheyStand() throws Exception {
    Client client = fibClient();

    assertThat(client.send("10").line()).isEqualTo("55");
    assertThat(client.send("20").line()).isEqualTo("6765");
    // Nobody can know that these two were meant as 30.
    assertThat(client.send("3").line()).isEqualTo("2");
    assertThat(client.send("0").line()).startsWith("error: out of range: 0");
  }

  @Test
  void waitsForTheRestOfARequestOnceTheClientHasUsedNewlines() throws Exception {
    AtomicLong received = new AtomicLong();
    Client client = connect(start(counting(received, Handlers.named("fib"))));

    assertThat(client.send("10\n2").line()).isEqualTo("55");
    await().until(() -> received.get() == 4);
    client.send("0\r");
    await().until(() -> received.get() == 6);
    assertThat(client.send("\n").line()).isEqualTo("6765");
  }

  @Test
  void answersAnUnfinishedRequestWhenTheInputEnds() throws Exception {
    assertThat(fibClient().send("10\n20").halfClose().rest()).isEqualTo("55\n6765\n");
  }

  @Test
  void ignoresCarriageReturnsAndBlanks() throws Exception {
    Client client = fibClient().send("10\r\n \t20 \r\n\n   \r\n\r\n+5\n").halfClose();

    assertThat(client.rest()).isEqualTo("55\n6765\n5\n");
  }

  @Test
  void answersNumbersOutOfRangeWithAnErrorAndGoesOn() throws Exception {
    Client client = fibClient();

    for (String number : List.of("0", "-3", "93", "99999999999999999999")) {
      assertThat(client.send(number + "\n").line())
          .isEqualTo("error: out of range: " + number + "; send a whole number from 1 to 92");
    }
    assertThat(client.send("10\n").line()).isEqualTo("55");
  }

  @Test
  void answersNonsenseWithAnErrorAndGoesOn() throws Exception {
    Client client = fibClient();

    for (String nonsense : List.of("abc", "1 2", "-", "0x10", "1e1", "3.0")) {
      assertThat(client.send(nonsense + "\n").line())
          .isEqualTo(
              "error: not a whole number: " + nonsense + "; send a whole number from 1 to 92");
    }
    assertThat(client.send("10\n").line()).isEqualTo("55");
  }

  @Test
  void answersBinaryNoiseWithErrorsAndGoesOn() throws Exception {
    byte[] noise = new byte[10_000];
    new Random(25000).nextBytes(noise);

    List<String> lines = fibClient().send(noise).send("\n10\n").halfClose().rest().lines().toList();

    assertThat(lines).last().isEqualTo("55");
    assertThat(lines).filteredOn(line -> line.startsWith("error: ")).hasSizeGreaterThan(10);
    assertThat(lines).allMatch(line -> line.matches("[ -~]{1,100}"));
  }

  @Test
  void answersAnOverlongRequestOnceAndGoesOnAfterItsNewline() throws Exception {
    Client client = fibClient();

    assertThat(client.send("x".repeat(100_000)).line())
        .isEqualTo(
            "error: longer than 63 bytes, dropped up to its newline;"
                + " send a whole number from 1 to 92");
    assertThat(client.send("10\n20\n").line()).isEqualTo("6765");
    assertThat(client.send("9".repeat(100_000) + "\n10\n").line()).startsWith("error: longer");
    assertThat(client.line()).isEqualTo("55");
  }

  @Test
  void answersEverythingAfterAHalfCloseAndThenCloses() throws Exception {
    String answers = fibClient().send("15\n".repeat(5_000)).halfClose().rest();

    assertThat(answers).isEqualTo("610\n".repeat(5_000));
  }

  @Test
  void countsDown() throws Exception {
    Client client = connect(start(Handlers.named("countdown")));

    assertThat(client.send("3\n2\n").halfClose().rest())
        .isEqualTo("T-minus 3\nT-minus 2\nT-minus 1\nT-minus 2\nT-minus 1\n");
  }

  @Test
  void echoesALotToAClientThatReadsSlowly() throws Exception {
    byte[] sent = new byte[4_000_000];
    new Random(1).nextBytes(sent);
    Client client = closed(new Client(start(Handlers.named("echo")), 65_536));
    FutureTask<Client> sending = new FutureTask<>(() -> client.send(sent).halfClose());
    Thread.ofPlatform().start(sending);

    byte[] received = client.rest().getBytes(ISO_8859_1);

    sending.get();
    assertThat(received).isEqualTo(sent);
  }

  @Test
  void lendsAConnectionAsStreams() throws Exception {
    Handler handler =
        connection -> {
          BufferedReader reader =
              new BufferedReader(new InputStreamReader(connection.input(), ISO_8859_1));
          for (String line; (line = reader.readLine()) != null; ) {
            connection.output().write((line.toUpperCase(Locale.ROOT) + "\n").getBytes(ISO_8859_1));
            connection.output().write('.');
          }
        };

    assertThat(connect(start(handler)).send("one\ntwo\n").halfClose().rest())
        .isEqualTo("ONE\n.TWO\n.");
  }

  @Test
  void tellsAHandlerWhoItsClientIs() throws Exception {
    Handler handler =
        connection -> connection.write(connection.remoteAddress().toString().getBytes(ISO_8859_1));
    Client client = connect(start(handler));

    assertThat(client.rest()).isEqualTo("/" + client.address());
  }

  @Test
  void deliversWhatItHasWrittenThoughItLeavesInputUnread() throws Exception {
    Handler handler =
        connection -> {
          assertThat(connection.read(new byte[1])).isEqualTo(1);
          connection.write("enough\n".getBytes(ISO_8859_1));
        };

    assertThat(connect(start(handler)).send("x".repeat(1000)).rest()).isEqualTo("enough\n");
  }

  @Test
  void servesManyClientsThatComeAtOnce() throws Exception {
    TcpServer server = start(Handlers.named("fib"));
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      clients.add(connect(server).send("10\n" + (i % 20 + 1) + "\n").halfClose());
    }

    for (int i = 0; i < 200; i++) {
      assertThat(clients.get(i).rest()).isEqualTo("55\n" + Fib.fib(i % 20 + 1) + "\n");
    }
    await().until(() -> server.connections() == 0);
  }

  @Test
  void countsLiveConnections() throws Exception {
    TcpServer server = start(Handlers.named("echo"));
    int few = Math.min(3, clientsAtOnce());
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < few; i++) {
      clients.add(connect(server));
    }
    await().until(() -> server.connections() == few);

    for (Client client : clients) {
      client.close();
    }
    await().until(() -> server.connections() == 0);
  }

  @Test
  void survivesClientsThatResetAndSaysNothing() throws Exception {
    TcpServer server = start(Handlers.named("fib"));
    Client idle = connect(server);
    assertThat(idle.send("10\n").line()).isEqualTo("55");
    idle.reset();
    connect(server).send("25\n".repeat(50)).reset();

    await().until(() -> server.connections() == 0);
    assertThat(connect(server).send("10\n").line()).isEqualTo("55");
    assertThat(log.lines()).isEmpty();
  }

  /** How a handler may fail. */
  enum Failing implements Handler {
    BY_EXCEPTION("java.lang.IllegalStateException: no such account") {
      @Override
      public void handle(Connection connection) {
        throw new IllegalStateException("no such\naccount");
      }
    },
    BY_IO_OF_ITS_OWN("java.io.IOException: disk full") {
      @Override
      public void handle(Connection connection) throws IOException {
        throw new IOException("disk full");
      }
    },
    BY_STACK_OVERFLOW("java.lang.StackOverflowError") {
      @Override
      public void handle(Connection connection) {
        assertThat(depth(1)).isNegative();
      }

      private int depth(int n) {
        return n == 0 ? 0 : depth(n + 1) + 1;
      }
    },
    BY_OUT_OF_MEMORY("java.lang.OutOfMemoryError: Requested array size exceeds VM limit") {
      @Override
      public void handle(Connection connection) throws IOException {
        connection.write(new byte[Integer.MAX_VALUE]);
      }
    };

    final String cause;

    Failing(String cause) {
      this.cause = cause;
    }
  }

  @ParameterizedTest
  @EnumSource
  void losesOnlyTheConnectionWhoseHandlerFails(Failing failing) throws Exception {
    Handler fib = Handlers.named("fib");
    Handler handler =
        connection -> {
          byte[] choice = new byte[1];
          assertThat(connection.read(choice)).isEqualTo(1);
          (choice[0] == '!' ? failing : fib).handle(connection);
        };
    TcpServer server = start(handler);
    List<Client> bystanders = new ArrayList<>();
    if (clientsAtOnce() > 1) {
      bystanders.add(connect(server).send("?10\n"));
      assertThat(bystanders.getFirst().line()).isEqualTo("55");
    }
    Client unlucky = connect(server).send("!");
    assertThat(unlucky.line()).isNull();
    bystanders.add(connect(server).send("?"));

    for (Client bystander : bystanders) {
      assertThat(bystander.send("20\n").line()).isEqualTo("6765");
    }
    assertThat(log.lines())
        .singleElement()
        .asString()
        .startsWith("connection " + unlucky.address() + ": closed, handler ")
        .contains(handler.getClass().getName(), failing.cause)
        .doesNotContain("\n");
  }

  @Test
  void namesThreadsForTheirJobs() throws Exception {
    TcpServer server = start(c -> c.write(Thread.currentThread().getName().getBytes(ISO_8859_1)));

    assertThat(serverThreads()).contains("accept-" + server.port());
    assertThat(connect(server).rest())
        .isEqualTo(clientsAtOnce() == 1 ? "accept-" + server.port() : "conn-1");
  }

  @Test
  void letsAHandlerCloseItsConnection() throws Exception {
    Handler handler =
        connection -> {
          connection.write("bye\n".getBytes(ISO_8859_1));
          connection.close();
          connection.shutdownInput();
          connection.close();
          assertThatThrownBy(() -> connection.write(new byte[1]))
              .isInstanceOf(ConnectionLostException.class);
          assertThatThrownBy(() -> connection.read(new byte[1]))
              .isInstanceOf(ConnectionLostException.class);
        };
    TcpServer server = start(handler);

    assertThat(connect(server).rest()).isEqualTo("bye\n");
    await().until(() -> server.connections() == 0);
    assertThat(log.lines()).isEmpty();
  }

  @Test
  void keepsAnInterruptFromTheNextConnection() throws Exception {
    Handler handler =
        connection -> {
          connection.write(Thread.currentThread().isInterrupted() ? new byte[1] : new byte[2]);
          Thread.currentThread().interrupt();
        };
    TcpServer server = start(handler);

    for (int i = 0; i < 10; i++) {
      assertThat(connect(server).rest()).hasSize(2);
    }
  }

  @Test
  void letsARunningRequestFinishWhenStopped() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    TcpServer server = start(answeringWhen(running, release));
    Client client = connect(server).send("first");
    running.await();

    FutureTask<?> stopping = inThread(server::stop);
    awaitRefusal(server);
    client.send("second");
    release.countDown();

    assertThat(client.rest()).isEqualTo("done\n");
    stopping.get();
    assertThat(server.connections()).isZero();
  }

  @Test
  void closesIdleConnectionsAtOnceWhenStopped() throws Exception {
    TcpServer server = start(Handlers.named("fib"));
    Client client = connect(server);
    assertThat(client.send("10\n").line()).isEqualTo("55");

    server.stop(); // would take an hour if it waited for the grace period

    assertThat(client.line()).isNull();
    server.await();
  }

  @Test
  void servesWhomItHasAcceptedWhenItRetires() throws Exception {
    TcpServer server = start(Handlers.named("fib"));
    Client client = connect(server);
    assertThat(client.send("10\n").line()).isEqualTo("55");

    FutureTask<?> retiring = inThread(server::retire);
    awaitRefusal(server);
    assertThat(client.send("20\n").line()).isEqualTo("6765");
    client.close();

    retiring.get(); // would take an hour if it waited for the grace period
    server.await();
  }

  @Test
  void stopsWhoHasNotLeftAfterTheGraceOfARetirement() throws Exception {
    TcpServer server = start(Handlers.named("fib"), Duration.ofMillis(10));
    Client client = connect(server);
    assertThat(client.send("10\n").line()).isEqualTo("55");

    server.retire();

    assertThat(client.line()).isNull();
    assertThat(server.connections()).isZero();
  }

  @Test
  void cutsOffARequestThatOutstaysTheGrace() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    TcpServer server = start(answeringWhen(running, new CountDownLatch(1)), Duration.ZERO);
    Client client = connect(server).send("x");
    running.await();

    server.stop();

    client.awaitGone();
    assertThat(server.connections()).isZero();
    assertThat(log.lines())
        .anyMatch(line -> line.endsWith("connections cut off after the grace: 1"));
  }

  @Test
  void cutsOffAWriterWhoseClientDoesNotRead() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    Handler handler =
        connection -> {
          running.countDown();
          while (true) {
            connection.write(new byte[100_000]);
          }
        };
    TcpServer server = start(handler, Duration.ZERO);
    Client client = connect(server);
    running.await();

    server.stop();

    assertThat(server.connections()).isZero();
    client.awaitGone();
  }

  @Test
  void stopsEvenIfAHandlerComputesOn() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    AtomicBoolean enough = new AtomicBoolean();
    opened.add(() -> enough.set(true));
    Handler handler =
        _ -> {
          running.countDown();
          while (!enough.get()) {
            Thread.onSpinWait();
          }
        };
    TcpServer server = start(handler, Duration.ZERO);
    Client client = connect(server);
    running.await();

    server.stop();

    client.awaitGone();
    assertThat(log.lines())
        .anyMatch(line -> line.endsWith("handlers that run on though their connection is gone: 1"));

    enough.set(true);
    await().until(() -> server.connections() == 0);
  }

  @Test
  void hurriesWhenTheStopperIsInterrupted() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    TcpServer server = start(answeringWhen(running, new CountDownLatch(1)));
    Client client = connect(server).send("x");
    running.await();

    Thread.currentThread().interrupt();
    server.stop();

    assertThat(Thread.interrupted()).isTrue();
    client.awaitGone();
  }

  @Test
  void canBeStoppedByAHandlerAndByManyThreadsAtOnce() throws Exception {
    AtomicReference<TcpServer> self = new AtomicReference<>();
    CountDownLatch stopped = new CountDownLatch(1);
    Handler handler =
        connection -> {
          assertThat(connection.read(new byte[1])).isPositive();
          self.get().stop();
          stopped.countDown();
          assertThat(connection.read(new byte[1])).isNegative();
          connection.write("bye\n".getBytes(ISO_8859_1));
        };
    TcpServer server = start(handler);
    self.set(server);
    Client client = connect(server).send("x");
    stopped.await();
    List<FutureTask<?>> others = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      others.add(inThread(server::close));
    }

    assertThat(client.rest()).isEqualTo("bye\n");
    for (FutureTask<?> other : others) {
      other.get();
    }
    server.await();
    server.close();
  }

  @Test
  void refusesAPortThatIsTakenInOneLine() throws Exception {
    TcpServer first = start(Handlers.named("echo"));
    TcpServer.Builder second = TcpServer.builder(Handlers.named("fib")).model(model());

    assertThatThrownBy(() -> second.port(first.port()).start())
        .isInstanceOf(BindException.class)
        .hasMessageStartingWith("server 127.0.0.1:" + first.port() + ": cannot listen, ")
        .hasMessageContaining("stop the other process or choose another")
        .message()
        .doesNotContain("\n");

    TcpServer elsewhere = closed(second.port(0).start());
    assertThat(connect(elsewhere).send("10\n").line()).isEqualTo("55");
    assertThat(connect(first).send("x\n").line()).isEqualTo("x");
  }

  @Test
  void takesItsPortAgainRightAfterAStop() throws Exception {
    TcpServer first = start(Handlers.named("fib"));
    assertThat(connect(first).send("10\n").line()).isEqualTo("55");
    first.stop();

    TcpServer second =
        closed(TcpServer.builder(Handlers.named("fib")).model(model()).port(first.port()).start());

    assertThat(connect(second).send("10\n").line()).isEqualTo("55");
  }

  /** Passes on what a handler reads and counts its bytes. */
  private static Handler counting(AtomicLong received, Handler handler) {
    return connection -> handler.handle(new CountingConnection(connection, received));
  }

  private record CountingConnection(Connection connection, AtomicLong received)
      implements Connection {
    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int n = connection.read(buffer, offset, length);
      received.addAndGet(Math.max(0, n));
      return n;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      connection.write(bytes, offset, length);
    }

    @Override
    public InetSocketAddress remoteAddress() {
      return connection.remoteAddress();
    }

    @Override
    public void shutdownInput() {
      connection.shutdownInput();
    }

    @Override
    public void close() {
      connection.close();
    }
  }

  /** Answers each chunk with a line, once it is released. */
  private static Handler answeringWhen(CountDownLatch running, CountDownLatch release) {
    return connection -> {
      byte[] request = new byte[100];
      while (connection.read(request) >= 0) {
        running.countDown();
        try {
          release.await();
        } catch (InterruptedException e) {
          throw new InterruptedIOException("interrupted while busy with a request");
        }
        connection.write("done\n".getBytes(ISO_8859_1));
      }
    };
  }

  private static FutureTask<?> inThread(Runnable task) {
    FutureTask<?> future = new FutureTask<>(task, null);
    Thread.ofPlatform().daemon().start(future);
    return future;
  }

  private static void awaitRefusal(TcpServer server) {
    await()
        .untilAsserted(() ->
            assertThatThrownBy(() -> new Client(server).close())
                .isInstanceOf(ConnectException.class));
  }
}
