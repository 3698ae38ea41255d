// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.io.IOException;
import java.io.Serializable;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * What a worker does to show the JVM which classes it will need: once everything, with a pool of
 * its own making.
 */
final class Rehearsal {
  static final String ARGUMENT = "rehearse";

  private static final int FRAME_LIMIT = 64 * 1024;

  private Rehearsal() {}

  record Succeeding(List<String> words) implements Callable<List<String>>, Serializable {
    @Override
    public List<String> call() {
      return words;
    }
  }

  record Failing() implements Runnable, Serializable {
    @Override
    public void run() {
      throw new IllegalStateException("as rehearsed");
    }
  }

  static void run() throws IOException, InterruptedException {
    FrameReader reader = new FrameReader(FRAME_LIMIT);
    FrameWriter writer = new FrameWriter(FRAME_LIMIT);
    try (PrivateFolder folder = PrivateFolder.in(Path.of(System.getProperty("java.io.tmpdir")));
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(folder.socket()));
      Worker.Orders orders =
          new Worker.Orders("", folder.socket(), 1, FRAME_LIMIT, List.of("dev.overtake"));
      Thread worker = Thread.ofPlatform().name("worker").start(() -> Worker.rehearse(orders));
      try (SocketChannel pool = listener.accept()) {
        awaitFrame(reader, pool);
        send(writer.begin(Frames.CALL).object(new Succeeding(List.of("as", "well"))).end(), pool);
        awaitFrame(reader, pool);
        send(writer.begin(Frames.RUN).object(new Failing()).end(), pool);
        awaitFrame(reader, pool);
      }
      worker.join();
    }
  }

  private static void send(ByteBuffer frame, SocketChannel pool) throws IOException {
    while (frame.hasRemaining()) {
      pool.write(frame);
    }
  }

  private static void awaitFrame(FrameReader reader, SocketChannel pool) throws IOException {
    while (reader.next() == null) {
      if (reader.fill(pool) < 0) {
        throw new IOException("the worker is gone");
      }
    }
  }
}
