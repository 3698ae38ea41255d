// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.SocketException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * One epoll instance that all carriers of a scheduler wait in.
 *
 * <p>Sockets are registered once, edge-triggered, for both directions: a request costs no {@code
 * epoll_ctl}. An edge wakes one waiting carrier. An event may name a socket that was closed and
 * whose number was given to a new one: the new one then looks once in vain, so no order between
 * close and event is needed.
 */
final class EpollPoller extends OpenFile implements Poller {
  /** Few, so that a carrier does not take more than it can soon serve while others could. */
  static final int EVENTS_PER_WAIT = 16;

  private static final int SOCKET_EVENTS =
      Linux.EPOLLIN | Linux.EPOLLPRI | Linux.EPOLLOUT | Linux.EPOLLRDHUP | Linux.EPOLLET;

  private final int epoll;
  private final int eventfd;
  // One unused wake is enough: whoever takes it looks at the queue and wakes the next.
  private final AtomicBoolean wakePending = new AtomicBoolean();
  // Indexed by file number. Replaced by a longer copy under the lock; readers take what they see.
  private volatile AtomicReferenceArray<@Nullable LoopSocket> sockets =
      new AtomicReferenceArray<>(1024);

  EpollPoller() throws IOException {
    epoll = Linux.epollCreate();
    int wakes = -1;
    try {
      wakes = Linux.eventfd();
      Linux.epollAdd(epoll, wakes, Linux.EPOLLIN | Linux.EPOLLET);
    } catch (IOException e) {
      Linux.close(epoll);
      if (wakes >= 0) {
        Linux.close(wakes);
      }
      throw e;
    }
    eventfd = wakes;
  }

  /**
   * Begins to watch a socket.
   *
   * @throws IOException if the poller is closed or the system refuses; the caller then closes the
   *     socket, which is forgotten by that
   */
  void register(LoopSocket socket, int fd) throws IOException {
    synchronized (this) {
      if (fd >= sockets.length()) {
        var longer =
            new AtomicReferenceArray<@Nullable LoopSocket>(Math.max(fd + 1, sockets.length() * 2));
        for (int i = 0; i < sockets.length(); i++) {
          longer.setPlain(i, sockets.getPlain(i));
        }
        sockets = longer;
      }
      sockets.set(fd, socket);
    }
    if (!enter()) {
      throw new SocketException("the scheduler is closed");
    }
    try {
      Linux.epollAdd(epoll, fd, SOCKET_EVENTS);
    } finally {
      leave();
    }
  }

  /** Forgets a socket; called before its file is closed, which also ends its registration. */
  void forget(LoopSocket socket, int fd) {
    synchronized (this) {
      sockets.compareAndSet(fd, socket, null);
    }
  }

  @Override
  public int poll(MemorySegment events, boolean wait) {
    return Linux.epollWait(epoll, events, EVENTS_PER_WAIT, wait ? -1 : 0);
  }

  @Override
  public void queueReady(MemorySegment events, int count) {
    AtomicReferenceArray<@Nullable LoopSocket> table = sockets;
    for (int i = 0; i < count; i++) {
      long at = (long) i * Linux.EPOLL_EVENT_BYTES;
      int fd = events.get(JAVA_INT_UNALIGNED, at + Linux.EPOLL_DATA_OFFSET);
      if (fd == eventfd) {
        // It is not read: edge-triggered, it wakes at each signal, whatever its count is.
        wakePending.set(false);
        continue;
      }
      LoopSocket socket = fd < table.length() ? table.get(fd) : null;
      if (socket != null) {
        socket.ready(events.get(JAVA_INT_UNALIGNED, at));
      }
    }
  }

  @Override
  public void wake() {
    if (wakePending.compareAndSet(false, true) && enter()) {
      Linux.signal(eventfd);
      leave();
    }
  }

  @Override
  public void close() {
    shut();
  }

  @Override
  void closeFile() {
    Linux.close(epoll);
    Linux.close(eventfd);
  }
}
