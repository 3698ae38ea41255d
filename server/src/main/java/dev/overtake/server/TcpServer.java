// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import static java.lang.System.Logger.Level.WARNING;

import dev.overtake.scheduler.SharedSocket;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Listens on a TCP port and gives each connection to a handler, on whatever thread the model says.
 *
 * {@snippet :
 * try (TcpServer server = TcpServer.builder(Handlers.named("echo")).port(7070).start()) {
 *   server.await();
 * }
 * }
 *
 * <p>Thread-safe. Its threads are daemons: a program that has nothing else to do calls {@link
 * #await()}.
 *
 * <p><b>Stopping drains.</b> Nothing new is accepted, and every connection's input ends as if its
 * peer had sent its last. So a handler that waits in a read ends at once, and one that is busy with
 * a request finishes it, answers, and ends at its next read. Whoever is not done within the grace
 * period loses its connection and is interrupted; whoever computes on even then is left to itself,
 * and one line in the log says how many.
 */
public final class TcpServer implements AutoCloseable {
  private static final System.Logger log = System.getLogger(TcpServer.class.getName());

  /** How long a handler may take to notice that its connection is closed. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  /** What a count of nanoseconds can hold. */
  private static final Duration LONGEST_GRACE = Duration.ofNanos(Long.MAX_VALUE);

  /** How long to wait when nothing can be accepted or served, so as not to spin. */
  private static final Duration BACKOFF = Duration.ofMillis(100);

  private final Handler handler;
  private final Model model;
  private final Listener listener;
  private final Duration grace;
  private final Thread acceptThread;

  /*
   * No connection escapes a drain: the accept thread adds it and then looks at `stopping`; the
   * drain sets `stopping` and then looks at all. At least one of them sees the other.
   */
  private final Set<Live> live = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean stopping = new AtomicBoolean();
  private volatile boolean retiring; // read by the accept thread, and where connections end

  private final ReentrantLock drainLock = new ReentrantLock();
  private final Condition drainStep = drainLock.newCondition(); // a connection ended, or hurry
  private volatile boolean hurry; // set before drainStep is signalled: no more grace
  private final CountDownLatch stopped = new CountDownLatch(1);

  private TcpServer(Handler handler, Model model, Listener listener, Duration grace) {
    this.handler = handler;
    this.model = model;
    this.listener = listener;
    this.grace = grace;
    acceptThread =
        Thread.ofPlatform().daemon().name("accept-" + port()).unstarted(this::acceptUntilStopped);
  }

  /**
   * Starts to describe a server.
   *
   * @param handler serves the connections, all of them, so it must be thread-safe
   * @return a builder with the model {@code overtake}, on a free port of 127.0.0.1
   */
  public static Builder builder(Handler handler) {
    return new Builder(handler);
  }

  /**
   * Returns where this server listens, or did before it stopped.
   *
   * @return the bound address
   */
  public InetSocketAddress address() {
    return listener.address();
  }

  /**
   * Returns the port this server listens on, or did before it stopped.
   *
   * @return the true port, even if an ephemeral one was asked for
   */
  public int port() {
    return address().getPort();
  }

  /**
   * Counts the connections that have been accepted and not yet closed.
   *
   * @return how many there are at this moment
   */
  public int connections() {
    return live.size();
  }

  /**
   * Waits until this server has stopped.
   *
   * @throws InterruptedException if interrupted while waiting; the server is as before
   */
  public void await() throws InterruptedException {
    stopped.await();
  }

  /**
   * Stops as the class says and waits for the end of it: at most the grace period and a second.
   *
   * <p>Idempotent: who comes second waits as well. Interrupting one who waits ends the grace
   * period; the interrupt flag is set again on return. A handler of this server may call it and
   * does not wait, since it would wait for itself.
   */
  public void stop() {
    if (stopping.compareAndSet(false, true)) {
      try {
        Thread.ofPlatform().daemon().name("stop-" + port()).start(this::drain);
      } catch (OutOfMemoryError e) {
        drain(); // no thread to be had, least of all now; the caller has one
      }
    }
    Thread caller = Thread.currentThread();
    if (live.stream().noneMatch(connection -> connection.thread == caller)) {
      awaitStopped();
    }
  }

  /**
   * Stops without cutting anybody short: accepts nothing more, serves whom it has accepted until
   * they leave, and then stops as {@link #stop()} does. Those who have not left after the grace
   * period meet that stop.
   *
   * <p>Waits for the end of it; if interrupted it stops at once.
   */
  public void retire() {
    retiring = true;
    listener.close();
    try {
      // The accept thread may hold a connection that is not among the live ones yet.
      long deadlineNanos = System.nanoTime() + grace.toNanos();
      if (acceptThread.join(grace)) {
        awaitNoneLive(Duration.ofNanos(deadlineNanos - System.nanoTime()), stopping::get);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    stop();
  }

  /** As {@link #stop()}. */
  @Override
  public void close() {
    stop();
  }

  @Override
  public String toString() {
    return "server " + name(address());
  }

  private void acceptUntilStopped() {
    boolean failing = false;
    for (long number = 1; !retiring && !stopping.get(); number++) {
      try {
        acceptAndServe("conn-" + number);
        failing = false;
      } catch (Throwable e) {
        // No descriptors, no memory for a thread: whatever it was, the next client may fare better.
        if (!failing && !retiring && !stopping.get()) {
          log.log(
              WARNING, () -> this + ": cannot serve clients, trying on: " + Failures.oneLine(e));
        }
        failing = true;
        LockSupport.parkNanos(BACKOFF.toNanos());
      }
    }
  }

  private void acceptAndServe(String threadName) throws IOException {
    Live connection = new Live(listener.accept());
    live.add(connection);
    if (stopping.get()) {
      connection.end();
      return;
    }
    try {
      model.serve(threadName, connection);
    } catch (Throwable e) {
      connection.end();
      throw e;
    }
  }

  private void awaitStopped() {
    boolean interrupted = false;
    while (true) {
      try {
        stopped.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
        hurry = true;
        signalDrainStep();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void drain() {
    try {
      List<Live> served = List.copyOf(live);
      served.forEach(Live::finish);
      listener.close(); // last: a client refused can tell that no more requests are taken
      awaitNoneLive(grace, () -> hurry);

      List<Live> busy = List.copyOf(live);
      if (!busy.isEmpty()) {
        log.log(WARNING, () -> this + ": connections cut off after the grace: " + busy.size());
      }
      long deadlineNanos = System.nanoTime() + LAST_WORDS.toNanos();
      busy.forEach(Live::cutOff);
      awaitNoneLive(LAST_WORDS, () -> false);

      model.close();
      join(acceptThread, deadlineNanos);
      served.forEach(connection -> join(connection.thread, deadlineNanos));
      if (!live.isEmpty()) {
        log.log(
            WARNING,
            () -> this + ": handlers that run on though their connection is gone: " + live.size());
      }
    } finally {
      stopped.countDown();
    }
  }

  private void awaitNoneLive(Duration atMost, BooleanSupplier unless) {
    drainLock.lock();
    try {
      long leftNanos = atMost.toNanos();
      while (!live.isEmpty() && leftNanos > 0 && !unless.getAsBoolean()) {
        leftNanos = drainStep.awaitNanos(leftNanos);
      }
    } catch (InterruptedException e) {
      hurry = true;
    } finally {
      drainLock.unlock();
    }
  }

  private void signalDrainStep() {
    drainLock.lock();
    try {
      drainStep.signalAll();
    } finally {
      drainLock.unlock();
    }
  }

  private static void join(@Nullable Thread thread, long deadlineNanos) {
    if (thread == null) {
      return;
    }
    try {
      thread.join(Duration.ofNanos(deadlineNanos - System.nanoTime()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // so the joins to come don't wait either
    }
  }

  static String name(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  /** One connection from accept to close: what a model runs, and what a drain acts on. */
  private final class Live implements Runnable {
    private final Connection connection;
    private volatile @Nullable Thread thread; // set once by run(), read by stop() and the drain

    Live(Connection connection) {
      this.connection = connection;
    }

    @Override
    public void run() {
      thread = Thread.currentThread();
      try {
        handler.handle(connection);
      } catch (Throwable e) {
        // Errors too: an overflown stack or a failed allocation costs this connection alone.
        Failures.log(handler, name(connection.remoteAddress()), e);
      } finally {
        end();
        // An interrupt was meant for this handler, not for the next one on this thread.
        Thread.interrupted();
      }
    }

    /** Lets the handler finish what it has read. */
    void finish() {
      connection.shutdownInput();
    }

    void cutOff() {
      connection.close();
      Thread serving = thread;
      if (serving != null) {
        serving.interrupt();
      }
    }

    void end() {
      connection.close();
      live.remove(this);
      // Pairs with drain() and retire(): they say so before they look whether any is live.
      if (retiring || stopping.get()) {
        signalDrainStep();
      }
    }
  }

  /** Describes a server until {@link #start()}. Not thread-safe. */
  public static final class Builder {
    private final Handler handler;
    private Model model = Model.parse("overtake");
    private String host = "127.0.0.1";
    private int port;
    private int backlog = 1024;
    private Duration grace = Duration.ofSeconds(5);

    private Builder(Handler handler) {
      this.handler = Objects.requireNonNull(handler, "handler");
    }

    /**
     * Chooses how connections get threads; otherwise {@code overtake}.
     *
     * @param model a model that serves no other server
     * @return this
     */
    public Builder model(Model model) {
      this.model = Objects.requireNonNull(model, "model");
      return this;
    }

    /**
     * Chooses where to listen; otherwise 127.0.0.1, which only this machine can reach.
     *
     * @param host a name or address of this machine; 0.0.0.0 for all its IPv4 addresses
     * @return this
     */
    public Builder host(String host) {
      this.host = Objects.requireNonNull(host, "host");
      return this;
    }

    /**
     * Chooses the port; otherwise a free one.
     *
     * @param port from 0, meaning any free one, to 65535
     * @return this
     * @throws IllegalArgumentException if it is outside that range; nothing is changed
     */
    public Builder port(int port) {
      if (port < 0 || port > 65535) {
        throw new IllegalArgumentException("port must be from 0 to 65535: port=" + port);
      }
      this.port = port;
      return this;
    }

    /**
     * Chooses how many clients the kernel lets in before they are accepted; otherwise 1024. The
     * kernel may cut it down to a limit of its own.
     *
     * @param backlog at least 1
     * @return this
     * @throws IllegalArgumentException if it is less; nothing is changed
     */
    public Builder backlog(int backlog) {
      if (backlog < 1) {
        throw new IllegalArgumentException("backlog must be at least 1: backlog=" + backlog);
      }
      this.backlog = backlog;
      return this;
    }

    /**
     * Chooses how long a stopping server lets running requests go on; otherwise 5 seconds.
     *
     * @param grace zero to cut them off at once, or more
     * @return this
     * @throws IllegalArgumentException if it is negative or more than 292 years; nothing is changed
     */
    public Builder grace(Duration grace) {
      if (grace.isNegative() || grace.compareTo(LONGEST_GRACE) > 0) {
        throw new IllegalArgumentException(
            "grace must be from 0 to " + LONGEST_GRACE + ": grace=" + grace);
      }
      this.grace = grace;
      return this;
    }

    /**
     * Starts to listen and to serve.
     *
     * @return the running server
     * @throws BindException if the address is taken, forbidden, or not of this machine
     * @throws UnknownHostException if the host has no address
     * @throws IOException if it can't be listened on for another reason; as with the former two,
     *     nothing is left open, and another try may be made with this builder
     */
    public TcpServer start() throws IOException {
      return start(listen(model::listen));
    }

    /**
     * Starts to serve on the listening socket that this process has inherited as its standard
     * input; host, port and backlog are whatever they were made with.
     *
     * @return the running server
     * @throws UnsupportedOperationException if sockets can't be shared here
     * @throws IOException if the standard input is no listening socket
     */
    public TcpServer startOnInheritedSocket() throws IOException {
      return start(model.listen(SharedSocket.inherited()));
    }

    private TcpServer start(Listener listener) {
      TcpServer server = new TcpServer(handler, model, listener, grace);
      server.acceptThread.start();
      return server;
    }

    /** Listens where it was told to, for processes to come. */
    SharedSocket openSharedSocket() throws IOException {
      return listen(SharedSocket::open);
    }

    Duration grace() {
      return grace;
    }

    private <L> L listen(Listening<L> listening) throws IOException {
      InetSocketAddress address = new InetSocketAddress(host, port);
      if (address.isUnresolved()) {
        throw new UnknownHostException(
            "server %s:%d: host unknown; choose a name or an address of this machine"
                .formatted(host, port));
      }
      try {
        return listening.at(address, backlog);
      } catch (BindException e) {
        BindException explained =
            new BindException(
                "server %s: cannot listen, %s; stop the other process or choose another host or port"
                    .formatted(name(address), e.getMessage()));
        explained.initCause(e);
        throw explained;
      }
    }

    private interface Listening<L> {
      L at(InetSocketAddress address, int backlog) throws IOException;
    }
  }
}
