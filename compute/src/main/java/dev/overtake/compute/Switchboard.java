// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The one thread of a pool that takes what its workers answer, gives them what did not fit, and
 * does whatever must not be done by callers.
 */
final class Switchboard {
  private static final System.Logger log = System.getLogger(ProcessPool.class.getName());

  private static final long BACKOFF_NANOS = 100_000_000;

  /** Who hears that a channel is ready; on the switchboard's thread. */
  interface Line {
    void ready(SelectionKey key) throws IOException;

    /** The channel failed or said nonsense; it is closed. */
    void broken(Exception why);
  }

  /** What is done between waits, on the switchboard's thread. */
  interface Rounds {
    /** How long it may wait, in milliseconds; 0 means for ever, {@link #NOT_NOW} not at all. */
    long mayWait();

    /** Does what there is to do, after a wait or instead of it. */
    void goRound();
  }

  static final long NOT_NOW = -1;

  /** After so many rounds without a wait it looks at its channels all the same. */
  private static final int MOST_ROUNDS_WITHOUT_LOOK = 16;

  private final Selector selector;
  private final ServerSocketChannel listener;
  private final Queue<Runnable> errands = new ConcurrentLinkedQueue<>();
  private final Rounds rounds;
  private final Thread thread;
  private volatile boolean closed; // pairs with the wake-up in close()

  /**
   * Opens the socket.
   *
   * @param callers hears of those who have connected
   * @param rounds is asked before each wait, and told after it
   * @throws IOException if the socket is refused; nothing is then left open
   */
  Switchboard(Path address, Consumer<SocketChannel> callers, Rounds rounds) throws IOException {
    this.rounds = rounds;
    selector = Selector.open();
    listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      listener.bind(UnixDomainSocketAddress.of(address));
      listener.configureBlocking(false);
      listener.register(selector, SelectionKey.OP_ACCEPT, accepting(callers));
    } catch (Throwable e) {
      listener.close();
      selector.close();
      throw e;
    }
    thread = Thread.ofPlatform().daemon().name("compute-switchboard").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Runs something on the switchboard's thread, in the order of these calls. */
  void execute(Runnable errand) {
    errands.add(errand);
    selector.wakeup();
  }

  /** Has it go a round. */
  void wakeUp() {
    selector.wakeup();
  }

  /** To be called on the switchboard's own thread. */
  SelectionKey connect(SocketChannel channel, Line line) throws IOException {
    channel.configureBlocking(false);
    return channel.register(selector, SelectionKey.OP_READ, line);
  }

  /** Ends the thread after what it is doing; closes the listener and all that is connected. */
  void close() {
    closed = true;
    selector.wakeup();
  }

  private static Line accepting(Consumer<SocketChannel> callers) {
    return new Line() {
      @Override
      public void ready(SelectionKey key) {
        try {
          SocketChannel caller = ((ServerSocketChannel) key.channel()).accept();
          if (caller != null) {
            callers.accept(caller);
          }
        } catch (IOException e) {
          // No descriptors, mostly. The worker goes on knocking, so don't spin.
          log.log(WARNING, "process pool: cannot accept a worker, trying on: " + e);
          LockSupport.parkNanos(BACKOFF_NANOS);
        }
      }

      @Override
      public void broken(Exception why) {
        log.log(WARNING, "process pool: cannot accept workers any more: " + why);
      }
    };
  }

  private void run() {
    int unlooked = 0;
    while (!closed) {
      try {
        long millis = rounds.mayWait();
        if (millis != NOT_NOW) {
          selector.select(Switchboard::attend, millis);
          unlooked = 0;
        } else if (++unlooked == MOST_ROUNDS_WITHOUT_LOOK) {
          selector.selectNow(Switchboard::attend);
          unlooked = 0;
        }
        rounds.goRound();
        for (Runnable errand; (errand = errands.poll()) != null; ) {
          errand.run();
        }
      } catch (Throwable e) {
        // A fault of ours, or no memory; but all callers depend on this thread.
        log.log(WARNING, "process pool: its switchboard failed, going on", e);
        LockSupport.parkNanos(BACKOFF_NANOS);
      }
    }
    closeAll();
  }

  private static void attend(SelectionKey key) {
    Line line = (Line) key.attachment();
    try {
      line.ready(key);
    } catch (IOException | RuntimeException e) {
      close(key);
      line.broken(e);
    }
  }

  static void close(SelectionKey key) {
    key.cancel();
    try {
      key.channel().close();
    } catch (IOException e) {
      log.log(System.Logger.Level.DEBUG, () -> "process pool: closing: " + e);
    }
  }

  private void closeAll() {
    selector.keys().forEach(Switchboard::close);
    try {
      selector.close();
    } catch (IOException e) {
      log.log(System.Logger.Level.DEBUG, () -> "process pool: closing: " + e);
    }
  }
}
