// SPDX-License-Identifier: Apache-2.0
package dev.overtake.live;

import dev.overtake.lab.Placement;
import dev.overtake.lab.ReferenceServer;
import dev.overtake.lab.Stage;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * The live page: servers under several models, the same load on each, and a page that shows what
 * becomes of short requests when long ones come.
 *
 * {@snippet :
 * try (LivePage page = LivePage.start(options)) {
 *   System.out.println(page.address());
 *   page.await();
 * }
 * }
 *
 * <p>One at a time in a process, for it moves the process to the load generators' core. Nothing
 * runs but the page until a viewer starts it. Thread-safe.
 */
public final class LivePage implements AutoCloseable {
  private final Optional<ReferenceServer> python;
  private final Stage stage;
  private final Show show;
  private final Reporter reporter;
  private final Web web;
  private final CountDownLatch ended = new CountDownLatch(1);
  private boolean closed; // guarded by this

  private LivePage(LiveOptions options) throws IOException {
    String command = options.python();
    python = command == null ? Optional.empty() : ReferenceServer.unpack(command);
    stage = Stage.open(Placement.SEPARATE);
    List<Contestant> contestants = Contestant.all(options.serverCommand(), python);
    show = new Show(contestants, options.servers(), stage);
    Audience audience = new Audience();
    reporter = new Reporter(show, audience, options.linger(), ended::countDown);
    Prospectus prospectus = Prospectus.of(contestants, options.servers(), stage, python);
    try {
      web = new Web(options.port(), show, audience, reporter, prospectus);
    } catch (IOException e) {
      stage.close();
      throw e;
    }
  }

  /**
   * Starts the page.
   *
   * @param options what it is made of
   * @return to be closed by the caller
   * @throws IOException if there is no port to listen on, or no place for temporary files; nothing
   *     is left then
   */
  public static LivePage start(LiveOptions options) throws IOException {
    LivePage page = new LivePage(options);
    page.web.start();
    page.reporter.start();
    return page;
  }

  /**
   * Returns where the page is.
   *
   * @return its address on the loopback; its port is another than the one asked for if that was
   *     taken
   */
  public InetSocketAddress address() {
    return web.address();
  }

  /**
   * Waits until it is stopped, or the last viewer has been gone for as long as the option says.
   *
   * @throws InterruptedException if interrupted while waiting; all goes on
   */
  public void await() throws InterruptedException {
    ended.await();
  }

  /** Makes {@link #await} return. */
  public void stop() {
    ended.countDown();
  }

  /** Ends the page, all servers and all load, and waits for that. Idempotent. */
  @Override
  public synchronized void close() throws IOException {
    ended.countDown();
    if (closed) {
      return;
    }
    closed = true;
    try (stage;
        show) {
      web.close();
      reporter.close();
    } finally {
      if (python.isPresent()) {
        python.get().close();
      }
    }
  }
}
