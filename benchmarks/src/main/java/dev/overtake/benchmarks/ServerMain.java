// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The process of one server under test: {@code ServerMain SPELLING [MEGABYTES]}. With the second
 * word it makes so much garbage a second, whatever the server does.
 */
public final class ServerMain {
  private static final int PIECE_BYTES = 64 * 1024;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  // Volatile, so that the compiler cannot leave out what nobody reads.
  private static volatile byte[] garbage = new byte[0];

  private ServerMain() {}

  /**
   * Starts the server and says {@code listening on HOST:PORT …} once it can be connected to.
   *
   * @param arguments as the class says
   * @throws IOException if the server cannot listen; the process ends
   */
  public static void main(String... arguments) throws IOException {
    InetSocketAddress address = Peer.parse(arguments[0]).start();
    if (arguments.length > 1) {
      makeGarbage(Long.parseLong(arguments[1]) << 20);
    }
    System.out.printf(
        "listening on %s:%d %s%n",
        address.getAddress().getHostAddress(), address.getPort(), arguments[0]);
  }

  private static void makeGarbage(long bytesPerSecond) {
    long piecesPerPause = bytesPerSecond * PAUSE_NANOS / TimeUnit.SECONDS.toNanos(1) / PIECE_BYTES;
    Thread.ofPlatform()
        .daemon()
        .name("garbage")
        .start(() -> {
          while (true) {
            for (long piece = 0; piece < piecesPerPause; piece++) {
              garbage = new byte[PIECE_BYTES];
            }
            LockSupport.parkNanos(PAUSE_NANOS);
          }
        });
  }
}
