// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A small real server, one thread per connection, whose manners are the test's to choose. */
final class TestServer implements AutoCloseable {
  private static final int BACKLOG = 200;

  private final ServerSocket listening;
  private final Manners manners;
  private final Thread accepting;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Set<Thread> serving = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();

  /** Serves one connection; it is closed afterwards. */
  interface Manners {
    void serve(Socket connection) throws IOException;
  }

  /** Answers one request. */
  interface Answer {
    String to(int n) throws IOException;
  }

  TestServer(Manners manners) throws IOException {
    this.manners = manners;
    this.listening = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    this.accepting = Thread.ofPlatform().name("test-accept").start(this::accept);
  }

  /** A server that answers line by line, each as told. */
  static TestServer answering(Answer answer) throws IOException {
    return new TestServer(connection -> {
      BufferedReader lines = lines(connection);
      for (String line; (line = lines.readLine()) != null; ) {
        write(connection, answer.to(Integer.parseInt(line)) + "\n");
      }
    });
  }

  static TestServer computingFib() throws IOException {
    return answering(n -> Long.toString(fib(n)));
  }

  static long fib(int n) {
    return n <= 2 ? 1 : fib(n - 1) + fib(n - 2);
  }

  /** A target where nobody listens. */
  static Target nobody() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new Target("127.0.0.1", socket.getLocalPort());
    }
  }

  static BufferedReader lines(Socket connection) throws IOException {
    return new BufferedReader(
        new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII));
  }

  static void write(Socket connection, String text) throws IOException {
    connection.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  Target target() {
    return new Target("127.0.0.1", listening.getLocalPort());
  }

  /** How many connections were ever accepted. */
  int accepted() {
    return accepted.get();
  }

  /** How many connections are being served. */
  int open() {
    return open.size();
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket connection = listening.accept();
        connection.setTcpNoDelay(true);
        accepted.incrementAndGet();
        open.add(connection);
        serving.add(Thread.ofPlatform().name("test-conn").start(() -> serve(connection)));
      } catch (IOException e) {
        if (!listening.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      manners.serve(connection);
    } catch (IOException _) {
      // The client went away, which is a client's right.
    } finally {
      open.remove(connection);
      serving.remove(Thread.currentThread());
    }
  }

  /** Closes the port, and leaves the connections as they are. */
  void stopListening() throws IOException {
    listening.close();
  }

  @Override
  public void close() throws IOException {
    stop();
  }

  /** Closes the port and all connections, and waits for its threads. Idempotent. */
  void stop() throws IOException {
    listening.close();
    for (Socket connection : open) {
      connection.close();
    }
    try {
      accepting.join();
      for (Thread thread : serving) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
