// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Set;

/**
 * All that is asked of an engine: who is there, and messages that arrive once and in order as long
 * as both stay in each other's view. Thread-safe.
 */
interface Group extends AutoCloseable {
  /** Hears what happens, on threads of the engine: must not wait. */
  interface Listener {
    /**
     * Others came or went. Views come one after the other.
     *
     * @param others who is there now, without oneself
     * @param merged whether parts of the group that had lost each other are together again, so that
     *     some of the others may have thought us gone
     */
    void view(Set<Peer> others, boolean merged);

    /** A message came; those of one sender come one after the other. The listener may keep it. */
    void received(Peer from, ByteBuffer message);
  }

  /**
   * Joins, or founds the group if nobody answers. To be called once.
   *
   * @throws IOException if the address is refused; the message says in one line what and what to
   *     do; nothing is left behind
   */
  void join(Listener listener) throws IOException;

  /** Returns where this member listens, once it has joined. */
  InetSocketAddress address();

  /**
   * Sends a message; it is not to be changed afterwards. May wait as long as its receiver hangs,
   * and no longer than that one is in the view.
   *
   * @throws IOException if this member has left
   */
  void send(Peer to, byte[] message) throws IOException;

  /** Leaves and says so to the others. Idempotent. */
  @Override
  void close();
}
