// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.Serializable;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

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

  /**
   * Rehearses.
   *
   * @param address for a socket, in the private folder of the pool that wants the cache; the pool
   *     removes it, as this process may be killed at any time
   */
  static void run(Path address) throws IOException {
    FrameReader reader = new FrameReader(FRAME_LIMIT);
    FrameWriter writer = new FrameWriter(FRAME_LIMIT);
    Path file = address.resolveSibling(address.getFileName() + "-rings");
    Rings rings = Rings.create(file);
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(address));
      ByteArrayOutputStream orders = new ByteArrayOutputStream();
      new Worker.Orders("", address, file, 1, FRAME_LIMIT, true, List.of("dev.overtake"))
          .write(orders);
      InputStream input = new ByteArrayInputStream(orders.toByteArray());
      Thread.ofPlatform().daemon().start(() -> work(new SequenceInputStream(input, new Silence())));
      try (SocketChannel pool = listener.accept()) {
        awaitFrame(reader, pool); // it says hello
        Ring.Writer tasks = rings.taskWriter();
        Ring.Reader answers = rings.answerReader();
        answers.fallAsleep();
        tasks.write(writer.begin(Frames.CALL).object(new Succeeding(List.of("as", "well"))).end());
        ring(pool);
        awaitAnswer(reader, answers, pool);
        tasks.write(writer.begin(Frames.RUN).object(new Failing()).end());
        ring(pool);
        awaitAnswer(reader, answers, pool);
      }
    }
  }

  private static void work(InputStream input) {
    try {
      Worker.work(input);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException("rehearsal failed", e);
    }
  }

  /** At the end of its orders a worker would end this JVM, before it has written the cache. */
  private static final class Silence extends InputStream {
    @Override
    public int read() {
      while (true) {
        LockSupport.park(this);
      }
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      return read();
    }
  }

  private static void ring(SocketChannel pool) throws IOException {
    pool.write(ByteBuffer.allocate(1));
  }

  private static void awaitAnswer(FrameReader reader, Ring.Reader answers, SocketChannel pool)
      throws IOException {
    do {
      if (pool.read(ByteBuffer.allocate(1)) < 0) {
        throw new IOException("the worker is gone");
      }
      answers.fallAsleep();
      reader.fill(answers);
    } while (reader.next() == null);
  }

  private static void awaitFrame(FrameReader reader, SocketChannel pool) throws IOException {
    while (reader.next() == null) {
      if (reader.fill(pool) < 0) {
        throw new IOException("the worker is gone");
      }
    }
  }
}
