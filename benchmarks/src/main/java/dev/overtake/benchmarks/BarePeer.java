// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * The smallest blocking server Java has: a platform thread and a raw socket for each connection.
 */
final class BarePeer implements Peer {
  @Override
  public InetSocketAddress start() throws IOException {
    ServerSocket listening = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().name("accept").start(() -> accept(listening));
    return (InetSocketAddress) listening.getLocalSocketAddress();
  }

  private static void accept(ServerSocket listening) {
    try (listening) {
      while (true) {
        Socket accepted = listening.accept();
        accepted.setTcpNoDelay(true);
        Thread.ofPlatform().daemon().start(() -> serve(accepted));
      }
    } catch (IOException e) {
      throw new IllegalStateException("cannot accept any more", e);
    }
  }

  private static void serve(Socket socket) {
    try (socket;
        InputStream input = socket.getInputStream();
        OutputStream output = socket.getOutputStream()) {
      FibLines lines = new FibLines();
      byte[] chunk = new byte[256];
      for (int count; (count = input.read(chunk)) > 0; ) {
        for (int i = 0; i < count; i++) {
          lines.take(chunk[i]);
        }
        output.write(lines.answers(), 0, lines.length());
        lines.clear();
      }
    } catch (IOException e) {
      System.err.println("connection " + socket.getRemoteSocketAddress() + ": " + e.getMessage());
    }
  }
}
