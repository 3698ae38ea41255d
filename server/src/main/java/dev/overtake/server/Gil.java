// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import dev.overtake.scheduler.SharedSocket;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A thread for each connection, under a global interpreter lock: one of them executes at a time.
 *
 * <p>The lock is released around reads and writes, and between the instructions that the handler
 * marks ({@link Connection#instructions()}) it may change hands. Other blocking calls keep it,
 * unless the handler says that they block. The accept thread and the JVM's own threads, the one for
 * signals among them, do without it.
 */
final class Gil implements Model {
  private static final String DEFAULT_INTERVAL = "5ms"; // CPython's own
  private static final Pattern INTERVAL = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(us|ms|s)");
  private static final long SHORTEST_NANOS = 1_000;
  private static final long LONGEST_NANOS = 10_000_000_000L;

  private final String spelling;
  private final InterpreterLock lock;
  private final Thread.Builder threads = Thread.ofPlatform().daemon(); // the accept thread's alone

  private Gil(String spelling, InterpreterLock lock) {
    this.spelling = spelling;
    this.lock = lock;
  }

  static Model withDefaultInterval() {
    return new Gil("gil", new SwitchIntervalLock(nanos(DEFAULT_INTERVAL)));
  }

  static Model withTicks() {
    return new Gil("gil:ticks", new TickLock());
  }

  static Model parse(String interval) {
    return new Gil("gil:" + interval, new SwitchIntervalLock(nanos(interval)));
  }

  private static long nanos(String interval) {
    Matcher parts = INTERVAL.matcher(interval);
    long nanos = 0;
    if (parts.matches()) {
      int unit =
          switch (parts.group(2)) {
            case "us" -> 1_000;
            case "ms" -> 1_000_000;
            default -> 1_000_000_000;
          };
      nanos = new BigDecimal(parts.group(1)).multiply(BigDecimal.valueOf(unit)).longValue();
    }
    if (nanos < SHORTEST_NANOS || nanos > LONGEST_NANOS) {
      throw new IllegalArgumentException(
          "model gil:INTERVAL takes a time from 1us to 10s, such as 0.5ms, or ticks: gil:"
              + interval);
    }
    return nanos;
  }

  @Override
  public Listener listen(InetSocketAddress address, int backlog) throws IOException {
    return new LockedListener(Model.super.listen(address, backlog), lock);
  }

  @Override
  public Listener listen(SharedSocket socket) throws IOException {
    return new LockedListener(Model.super.listen(socket), lock);
  }

  @Override
  public void serve(String threadName, Runnable connection) {
    threads
        .name(threadName)
        .start(() -> {
          lock.take();
          try {
            connection.run();
          } finally {
            lock.drop();
          }
        });
  }

  @Override
  public String toString() {
    return spelling;
  }

  private record LockedListener(Listener listener, InterpreterLock lock) implements Listener {
    @Override
    public Connection accept() throws IOException {
      return new LockedConnection(listener.accept(), lock);
    }

    @Override
    public InetSocketAddress address() {
      return listener.address();
    }

    @Override
    public void close() {
      listener.close();
    }
  }

  /** Releases the lock while its thread may block. */
  private record LockedConnection(Connection connection, InterpreterLock lock)
      implements Connection {
    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      lock.drop();
      try {
        return connection.read(buffer, offset, length);
      } finally {
        lock.take();
      }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      lock.drop();
      try {
        connection.write(bytes, offset, length);
      } finally {
        lock.take();
      }
    }

    @Override
    public Optional<Instructions> instructions() {
      return Optional.of(lock);
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
}
