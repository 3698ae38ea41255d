// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

import static java.lang.System.Logger.Level.DEBUG;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * The way to one peer: letters are put down here and sent by a thread of their own, several at a
 * time where several wait.
 */
final class Link {
  /*
   * Who posts may be a handler on an event loop, or the virtual thread of a task whose carrier has
   * been demoted. So posting neither waits for a socket nor takes a lock that others need.
   *
   * poster: adds the letter, then wakes the thread if `resting`
   * thread: sets `resting`, then looks again whether there is a letter, then parks
   */
  private static final System.Logger log = System.getLogger(Station.class.getName());
  private static final int MOST_JOINED_BYTES = 64 * 1024;
  private static final long LAST_LETTERS_MILLIS = 500;

  private final Group group;
  private final Peer peer;
  private final ConcurrentLinkedQueue<Letter> letters = new ConcurrentLinkedQueue<>();
  private final Thread thread;
  private volatile boolean resting; // see above
  private volatile boolean closed; // what is there is still sent

  /** To be made by a thread of ordinary priority, which the link's inherits. */
  Link(Group group, Peer peer) {
    this.group = group;
    this.peer = peer;
    thread = Thread.ofPlatform().daemon().name("cluster-to-" + peer).start(this::run);
  }

  void post(Letter letter) {
    letters.add(letter);
    if (resting) {
      LockSupport.unpark(thread);
    }
  }

  private void run() {
    List<Letter> joined = new ArrayList<>();
    try {
      while (true) {
        gather(joined);
        if (!joined.isEmpty()) {
          group.send(peer, Letter.join(joined));
          joined.clear();
        } else if (closed) {
          return;
        } else {
          rest();
        }
      }
    } catch (IOException e) {
      log.log(DEBUG, () -> "no more letters to " + peer + ": " + e.getMessage());
    }
  }

  private void gather(List<Letter> joined) {
    int bytes = 0;
    for (Letter letter; bytes < MOST_JOINED_BYTES && (letter = letters.poll()) != null; ) {
      joined.add(letter);
      bytes += letter.bytes();
    }
  }

  private void rest() {
    resting = true;
    if (letters.isEmpty() && !closed) {
      LockSupport.park(this);
    }
    resting = false;
  }

  /** Lets the thread send what is there, and end. Does not wait for it. */
  void close() {
    closed = true;
    LockSupport.unpark(thread);
  }

  void awaitLastLetters() throws InterruptedException {
    thread.join(LAST_LETTERS_MILLIS);
  }
}
