// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Finds the request that keeps a server busy for about as long as asked, whatever its machine and
 * language.
 *
 * {@snippet :
 * int hogN = new HogCalibration(target, Duration.ofSeconds(2)).run().n();
 * }
 *
 * <p>Times growing requests until one is long enough to be timed well, then extrapolates: naive
 * recursion makes {@code n + 1} last 1.618 times as long as {@code n}. As {@code n} is whole, the
 * result is within a factor of 1.3 of what was asked for.
 */
public final class HogCalibration {
  private static final double GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;
  private static final int FIRST_N = 10;
  private static final int STEP = 3;
  private static final double ENOUGH_SECONDS = 0.05;
  private static final int LEAST_ROUNDS = 3;
  private static final int MOST_ROUNDS = 10;
  private static final double ROUNDS_SECONDS = 0.2;

  /*
   * Three more in n should cost 4.2 times as much. Far less means that the server does something
   * else than naive recursion, and extrapolating would be a guess.
   */
  private static final double LEAST_GROWTH = 2;

  private static final int MOST_REPETITIONS = 3;

  private static final int INTERRUPT_CHECK_MILLIS = 50;
  private static final int LONGEST_LINE = 200;

  private final Target target;
  private final Duration wanted;
  private final Duration patience;
  private final LongSupplier nanoClock; // System::nanoTime outside tests

  /**
   * Creates the calibration; nothing is connected before {@link #run}.
   *
   * @param target whom to ask; it should be idle, or the result is too small
   * @param wanted how long one request should last on the idle server, 1 ms to an hour
   * @throws IllegalArgumentException if {@code wanted} is out of range
   */
  public HogCalibration(Target target, Duration wanted) {
    this(target, wanted, Duration.ofSeconds(20), System::nanoTime);
  }

  HogCalibration(Target target, Duration wanted, Duration patience, LongSupplier nanoClock) {
    Check.duration("wanted", wanted, Duration.ofMillis(1));
    this.target = target;
    this.wanted = wanted;
    this.patience = patience;
    this.nanoClock = nanoClock;
  }

  /**
   * Asks over one connection until it knows; usually about a second, at most 20 s.
   *
   * @return the number to ask for
   * @throws TargetUnreachableException if the target can't be connected to
   * @throws CalibrationException if it answers nonsense, not at all, or not as a server that
   *     computes {@code fib(n)} by naive recursion would; the connection is closed
   * @throws IOException if the connection breaks
   * @throws InterruptedException if interrupted; the connection is closed
   */
  public Hog run() throws IOException, InterruptedException {
    long deadlineNanos = nanoClock.getAsLong() + patience.toNanos();
    try (Socket socket = connect()) {
      double wantedSeconds = wanted.toNanos() / 1e9;
      double enoughSeconds = Math.min(ENOUGH_SECONDS, wantedSeconds);
      int n = FIRST_N;
      double seconds = fastestSeconds(socket, n, deadlineNanos);
      while (seconds < enoughSeconds && n < Check.LARGEST_N) {
        n = Math.min(n + STEP, Check.LARGEST_N);
        seconds = fastestSeconds(socket, n, deadlineNanos);
      }
      // The smaller one is timed again, now that the server has warmed up.
      double smaller = fastestSeconds(socket, n - STEP, deadlineNanos);
      // On a busy machine both may have been disturbed throughout, though not again and again.
      for (int again = 0; seconds / smaller < LEAST_GROWTH && again < MOST_REPETITIONS; again++) {
        smaller = Math.min(smaller, fastestSeconds(socket, n - STEP, deadlineNanos));
        seconds = Math.min(seconds, fastestSeconds(socket, n, deadlineNanos));
      }
      double growth = seconds / smaller;
      if (growth < LEAST_GROWTH) {
        throw new CalibrationException(
            target,
            ("n=%d takes %.3g ms, only %.2f times as long as n=%d, so this is no server of naive"
                    + " fib; choose the long request yourself")
                .formatted(n, seconds * 1e3, growth, n - STEP));
      }
      long more = Math.round(Math.log(wantedSeconds / seconds) / Math.log(GOLDEN_RATIO));
      int hogN = Math.clamp(n + more, 1, Check.LARGEST_N);
      return new Hog(hogN, seconds * Math.pow(GOLDEN_RATIO, hogN - n));
    }
  }

  private Socket connect() throws IOException {
    var address = new InetSocketAddress(target.host(), target.port());
    if (address.isUnresolved()) {
      throw TargetUnreachableException.unknownHost(target);
    }
    var socket = new Socket();
    try {
      socket.connect(address, (int) Check.CONNECT_PATIENCE.toMillis());
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(INTERRUPT_CHECK_MILLIS);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw switch (e) {
        case SocketTimeoutException _ ->
            TargetUnreachableException.silent(target, Check.CONNECT_PATIENCE);
        case ConnectException _ -> TargetUnreachableException.refused(target);
        default -> TargetUnreachableException.because(target, String.valueOf(e.getMessage()));
      };
    }
  }

  // The fastest of several: whatever disturbs a request only makes it longer, the first one on a
  // fresh server above all, and a JIT compiler needs some of them to notice.
  private double fastestSeconds(Socket socket, int n, long deadlineNanos)
      throws IOException, InterruptedException {
    double fastest = Double.POSITIVE_INFINITY;
    double spent = 0;
    for (int round = 0;
        round < LEAST_ROUNDS || (round < MOST_ROUNDS && spent < ROUNDS_SECONDS);
        round++) {
      double seconds = ask(socket, n, deadlineNanos);
      fastest = Math.min(fastest, seconds);
      spent += seconds;
    }
    return fastest;
  }

  private double ask(Socket socket, int n, long deadlineNanos)
      throws IOException, InterruptedException {
    long start = nanoClock.getAsLong();
    socket.getOutputStream().write((n + "\n").getBytes(StandardCharsets.US_ASCII));
    String answer = readLine(socket.getInputStream(), n, deadlineNanos);
    if (!answer.matches("-?[0-9]+")) {
      throw new CalibrationException(
          target,
          "answered '%s' to n=%d where a number was expected; check that this is the right port"
              .formatted(answer, n));
    }
    return (nanoClock.getAsLong() - start) / 1e9;
  }

  private String readLine(InputStream in, int n, long deadlineNanos)
      throws IOException, InterruptedException {
    var line = new StringBuilder();
    for (int c; line.length() < LONGEST_LINE && (c = readByte(in, n, deadlineNanos)) != '\n'; ) {
      if (c != '\r') {
        line.append(Wire.printable(c));
      }
    }
    return line.toString();
  }

  private int readByte(InputStream in, int n, long deadlineNanos)
      throws IOException, InterruptedException {
    while (nanoClock.getAsLong() - deadlineNanos < 0) {
      if (Thread.interrupted()) {
        throw new InterruptedException("calibrating a hog for " + target);
      }
      try {
        int c = in.read();
        if (c < 0) {
          throw new CalibrationException(
              target, "closed the connection instead of answering n=%d".formatted(n));
        }
        return c;
      } catch (SocketTimeoutException _) {
        // Nothing yet: time to look at the clock and at the interrupt flag.
      }
    }
    throw new CalibrationException(
        target,
        "no answer to n=%d within %s s; check that the server is idle and speaks the protocol"
            .formatted(n, Check.seconds(patience)));
  }

  /**
   * A long request.
   *
   * @param n what to ask for, 1 to 92; 92 also if even that were too short, as no larger one exists
   * @param expectedSeconds how long it should last on the idle server
   */
  public record Hog(int n, double expectedSeconds) {}
}
