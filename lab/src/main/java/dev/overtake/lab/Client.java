// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalDouble;

/**
 * One client with one connection, who asks and waits: for experiments about who is served, not how
 * fast.
 *
 * <p>Not thread-safe.
 */
final class Client implements AutoCloseable {
  private static final int CONNECT_MILLIS = 5_000;

  private final Socket socket;
  private final byte[] answer = new byte[1_000];
  private int answerLength;
  private long askedNanos;

  /**
   * Connects.
   *
   * @throws IOException if the server's machine does not take the connection
   */
  Client(InetSocketAddress server) throws IOException {
    socket = new Socket();
    try {
      socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
      socket.connect(server, CONNECT_MILLIS);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Sends a request; one at a time. */
  void ask(long n) throws IOException {
    askedNanos = System.nanoTime();
    socket.getOutputStream().write((n + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * Waits for the answer.
   *
   * @return seconds from the asking to the answer; empty if none came within the time
   * @throws IOException if the server closes or resets the connection
   */
  OptionalDouble awaitAnswer(Duration within) throws IOException {
    // 0 would mean for ever.
    socket.setSoTimeout((int) Math.max(1, within.toMillis()));
    try {
      answerLength = socket.getInputStream().read(answer);
      if (answerLength < 0) {
        throw new IOException("the server closed the connection instead of answering");
      }
      return OptionalDouble.of((System.nanoTime() - askedNanos) / 1e9);
    } catch (SocketTimeoutException noAnswer) {
      return OptionalDouble.empty();
    }
  }

  /** The last answer, without the newline at its end. */
  String answer() {
    return new String(answer, 0, Math.max(0, answerLength), StandardCharsets.US_ASCII).strip();
  }

  /** Closes the connection. Idempotent. */
  void leave() throws IOException {
    socket.close();
  }

  @Override
  public void close() throws IOException {
    leave();
  }
}
