// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.overtake.scheduler.Scheduler;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random clients at a server under {@code overtake}: hogs, disconnects, resets, slow readers,
 * half-closes. Then one question, does it still serve, and what is left behind.
 *
 * <p>{@code -Dovertake.soak.seconds=300} makes it longer, {@code -Dovertake.soak.seed=…} repeats
 * what the clients do.
 */
class OvertakeSoakTest {
  private static final int CLIENTS = 6;
  private static final int LOOPS = 2;
  private static final int SPARES = 2;
  private static final int MUCH = 500_000;

  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final AtomicLong conversations = new AtomicLong();

  /** {@code p…} is echoed, {@code h5.} computes 5 ms, {@code w.} writes much. */
  private static void handle(Connection connection) throws IOException {
    byte[] buffer = new byte[64];
    for (int n; (n = connection.read(buffer)) > 0; ) {
      switch (buffer[0]) {
        case 'h' -> {
          compute((buffer[1] - '0') * 1_000_000L);
          connection.write(buffer, 0, n);
        }
        case 'w' -> connection.write(new byte[MUCH]);
        default -> connection.write(buffer, 0, n);
      }
    }
  }

  private static void compute(long nanos) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < nanos) {
      Thread.onSpinWait();
    }
  }

  @Test
  @Timeout(3600)
  void servesOnAndLeavesNothingBehind() throws Exception {
    long seconds = Long.getLong("overtake.soak.seconds", 6);
    long seed = Long.getLong("overtake.soak.seed", System.nanoTime());
    System.out.println("soak: repeat what the clients do with -Dovertake.soak.seed=" + seed);
    Scheduler.Builder scheduler =
        Scheduler.builder()
            .name("soak")
            .eventLoops(LOOPS)
            .spareCarriers(SPARES)
            .maxOverstaying(3) // so that some clients are suspects at the cap
            .quantum(Duration.ofNanos(500_000));
    long filesBefore;
    try (TcpServer server =
        TcpServer.builder(OvertakeSoakTest::handle).model(Model.overtake(scheduler)).start()) {
      ping(server); // what is opened and started once
      awaitEqual("no connection", () -> (long) server.connections(), 0);
      filesBefore = openFiles();

      soak(server, seconds, new Random(seed));

      assertThat(failures).isEmpty();
      awaitEqual("no connection", () -> (long) server.connections(), 0);
      awaitEqual("no thread of a connection", () -> threads("soak-late"), 0);
      awaitEqual("carriers as at the start", () -> threads("soak-carrier-"), LOOPS + SPARES);
      awaitEqual("files as at the start", OvertakeSoakTest::openFiles, filesBefore);
      for (int i = 0; i < 100; i++) {
        ping(server);
      }
    }
    awaitEqual("no thread of ours", () -> threads("soak-"), 0);
    System.out.println("soak: " + conversations + " conversations");
  }

  private void soak(TcpServer server, long seconds, Random random) throws InterruptedException {
    long start = System.nanoTime();
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      Random own = new Random(random.nextLong());
      clients.add(
          Thread.ofPlatform()
              .name("client-" + i)
              .start(() -> {
                try {
                  while (System.nanoTime() - start < seconds * 1_000_000_000L) {
                    converse(server, own);
                    conversations.incrementAndGet();
                  }
                } catch (Throwable e) {
                  failures.add(e);
                }
              }));
    }
    for (Thread client : clients) {
      client.join();
    }
  }

  private static void converse(TcpServer server, Random random) throws IOException {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(60_000); // a hang is a failure
      boolean slow = random.nextInt(6) == 0;
      if (slow) {
        socket.setReceiveBufferSize(4096);
      }
      socket.connect(server.address());
      if (slow) {
        readSlowly(socket, random);
        return;
      }
      for (int i = random.nextInt(20); i >= 0; i--) {
        exchange(socket, randomRequest(random));
      }
      switch (random.nextInt(5)) {
        case 0 -> reset(socket);
        case 1 -> { // gone while a request runs
          socket.getOutputStream().write("h9.".getBytes(US_ASCII));
        }
        case 2 -> { // reset while a request runs
          socket.getOutputStream().write("h9.".getBytes(US_ASCII));
          reset(socket);
        }
        case 3 -> { // the end comes with the last request, the answer is still wanted
          byte[] last = randomRequest(random);
          socket.getOutputStream().write(last);
          socket.shutdownOutput();
          assertThat(socket.getInputStream().readAllBytes()).isEqualTo(last);
        }
        default -> {} // closed between two requests
      }
    }
  }

  private static byte[] randomRequest(Random random) {
    String request =
        switch (random.nextInt(12)) {
          case 0 -> "h" + random.nextInt(10) + ".";
          case 1 -> "h1.";
          default -> "p" + random.nextLong();
        };
    return request.getBytes(US_ASCII);
  }

  private static void exchange(Socket socket, byte[] request) throws IOException {
    socket.getOutputStream().write(request);
    byte[] answer = socket.getInputStream().readNBytes(request.length);
    if (!Arrays.equals(answer, request)) {
      throw new IOException(
          "asked " + new String(request, US_ASCII) + ", got " + new String(answer, US_ASCII));
    }
  }

  private static void readSlowly(Socket socket, Random random) throws IOException {
    socket.getOutputStream().write("w.".getBytes(US_ASCII));
    InputStream in = socket.getInputStream();
    int wanted = random.nextBoolean() ? MUCH : random.nextInt(MUCH);
    for (int left = wanted; left > 0; ) {
      int n = in.readNBytes(Math.min(left, 1 + random.nextInt(50_000))).length;
      assertThat(n).isPositive();
      left -= n;
    }
    if (wanted < MUCH && random.nextBoolean()) {
      reset(socket);
    }
  }

  private static void reset(Socket socket) throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  private static void ping(TcpServer server) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(server.address());
      exchange(socket, "ping".getBytes(US_ASCII));
    }
  }

  private interface Count {
    long now() throws IOException;
  }

  private static void awaitEqual(String what, Count count, long expected) {
    await(what)
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(count.now()).isEqualTo(expected));
  }

  private static long threads(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(prefix))
        .count();
  }

  private static long openFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    }
  }
}
