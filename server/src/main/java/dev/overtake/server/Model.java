// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import dev.overtake.scheduler.Scheduler;
import dev.overtake.scheduler.SharedSocket;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * How connections get threads inside one process.
 *
 * {@snippet :
 * TcpServer.builder(handler).model(Model.parse("pool:4")).start();
 * }
 *
 * <p>A model serves one server, which closes it; the server calls one of the methods {@code listen}
 * once, then {@link #serve} from its accept thread only.
 */
public interface Model extends AutoCloseable {
  /**
   * Finds the model of that spelling.
   *
   * @param spelling for example {@code threads} or {@code pool:4}
   * @return a fresh model, not yet in use
   * @throws IllegalArgumentException if there is no such model; the message names the value and the
   *     choices in one line
   */
  static Model parse(String spelling) {
    return Models.parse(spelling);
  }

  /**
   * Makes the model {@code overtake} with a scheduler that is not the default one.
   *
   * @param scheduler describes the scheduler, which is built when the server starts
   * @return a fresh model, not yet in use
   */
  static Model overtake(Scheduler.Builder scheduler) {
    return EventLoopModel.overtake(scheduler);
  }

  /**
   * Lists the spellings of the models there are.
   *
   * @return one line, for help texts
   */
  static String choices() {
    return Models.choices();
  }

  /**
   * Starts to listen. What it accepts must suit {@link #serve}: a model with a poller of its own
   * brings sockets of its own. Unless a model says otherwise: the JDK's blocking sockets, with
   * {@code SO_REUSEADDR}.
   *
   * @param address where; port 0 means a free one
   * @param backlog how many connections the kernel may complete before they are accepted, at least
   *     1; the kernel has an upper limit of its own
   * @return the open listener
   * @throws IOException if the address can't be listened on; nothing is then left open. A {@link
   *     java.net.BindException} says that the address is taken, forbidden or not of this machine
   */
  default Listener listen(InetSocketAddress address, int backlog) throws IOException {
    return new SocketListener(address, backlog);
  }

  /**
   * Starts to accept from a socket that other processes accept from as well; otherwise as {@link
   * #listen(InetSocketAddress, int)}.
   *
   * @param socket this process's part in it, which the listener's close closes
   * @return the open listener
   * @throws IOException if the system refuses; the socket is as before
   */
  default Listener listen(SharedSocket socket) throws IOException {
    return new SocketListener(socket);
  }

  /**
   * Gives a connection a thread, and returns when the model can take another one: at once, or only
   * after this or an earlier connection has ended. Until then the server accepts nothing, and the
   * next clients wait in the backlog.
   *
   * @param threadName what the thread is to be called while it serves this connection
   * @param connection serves the connection to its end and closes it; throws nothing
   */
  void serve(String threadName, Runnable connection);

  /**
   * Ends the model's own threads and makes a waiting {@link #serve} return. The server calls it
   * when it has stopped listening and all connections have ended or were given up; threads that
   * serve the latter even now are not waited for. Idempotent.
   */
  @Override
  default void close() {}

  /**
   * Returns the spelling that {@link #parse} takes.
   *
   * @return for example {@code pool:4}
   */
  @Override
  String toString();
}
