// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import static java.lang.System.Logger.Level.WARNING;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Tells the {@link Supervisor} that has started this process that it serves, and goes on telling
 * that it lives.
 *
 * <p>A beat is a zero byte on the standard output; whatever else a handler prints there passes
 * through to the supervisor's. A beat comes from a thread of its own, so it proves that this
 * process runs and gets the processor now and then. It does not prove that the next connection is
 * accepted: under {@code sequential} a long request legitimately keeps the accept thread, and only
 * its handler could tell a long one from one without end.
 *
 * <p>If a beat can't be written the supervisor is gone, however it ended, and the server is
 * stopped.
 */
public final class Heartbeat {
  static final byte BEAT = 0;
  static final Duration INTERVAL = Duration.ofMillis(500);

  private static final System.Logger log = System.getLogger(Heartbeat.class.getName());

  private final TcpServer server;

  private Heartbeat(TcpServer server) {
    this.server = server;
  }

  /**
   * Begins to beat, until the process ends.
   *
   * @param server accepts already
   */
  public static void start(TcpServer server) {
    Thread.ofPlatform().daemon().name("heartbeat").start(new Heartbeat(server)::beat);
  }

  private void beat() {
    // Not System.out, which swallows what goes wrong. Never closed: it is the process's.
    @SuppressWarnings("resource")
    FileOutputStream supervisor = new FileOutputStream(FileDescriptor.out);
    try {
      while (true) {
        supervisor.write(BEAT);
        LockSupport.parkNanos(INTERVAL.toNanos());
      }
    } catch (IOException e) {
      log.log(WARNING, () -> server + ": the supervisor is gone, stopping");
      server.stop();
    }
  }
}
