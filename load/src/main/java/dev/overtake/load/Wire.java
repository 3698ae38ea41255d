// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The sockets of one generator. A link carries one request at a time; a link that breaks is opened
 * again after a pause, if its group wants that.
 *
 * <p>Not thread-safe: it belongs to one thread, which also runs all the events, inside {@link
 * #poll}.
 */
final class Wire implements AutoCloseable {
  /*
   * One thread and one selector, because the generator is meant to live on one core beside a server
   * on the others: a second thread would add its wake-ups to what is measured. Two system calls per
   * request, read and write, and one select for all that became ready together: the interest in
   * reading never changes, and a read is not tried again until it is empty, as the selector is
   * level-triggered. Nothing is allocated per request.
   */
  private static final long REOPEN_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  // A precise wait is not ended by an interrupt.
  private static final long INTERRUPT_CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private static final int READ_BYTES = 1 << 16;

  // No answer of the protocol is longer; noise without a newline must not be waited for for ever.
  private static final int LONGEST_ANSWER = 4_096;
  private static final int SHOWN_OF_NONSENSE = 60;

  private final Target target;
  private final InetSocketAddress address;
  private final @Nullable InetSocketAddress source;
  private final Duration patience;
  private final Selector selector;
  private @Nullable PreciseWait precise;
  private boolean unseen; // what was registered since the selector last looked
  private final Consumer<SelectionKey> ready = this::ready;
  private final ByteBuffer received = ByteBuffer.allocateDirect(READ_BYTES);
  private final Set<Link> links = new LinkedHashSet<>(); // all but those abandoned

  // Both in the order of dueNanos, as the patience and the pause are the same for all.
  private final ArrayDeque<Link> connecting = new ArrayDeque<>();
  private final ArrayDeque<Link> broken = new ArrayDeque<>();

  Wire(Target target, Duration patience) throws IOException {
    this(target, patience, null);
  }

  /**
   * With links that come from an address of their own each: this one, its port plus their index.
   */
  Wire(Target target, Duration patience, @Nullable InetSocketAddress source) throws IOException {
    this.source = source;
    this.target = target;
    this.patience = patience;
    this.address = new InetSocketAddress(target.host(), target.port());
    if (address.isUnresolved()) {
      throw TargetUnreachableException.unknownHost(target);
    }
    this.selector = Selector.open();
  }

  /** What happens to the links of a group. */
  interface Events {
    /** The link can carry a request. */
    void opened(Link link, long nowNanos);

    /** The request has its answer; the link is free for the next one. */
    void answered(Link link, long nowNanos);

    /** The request has an answer that is no number; the link is free for the next one. */
    void nonsense(Link link, long nowNanos);

    /** The link is gone, and with it the request it may have carried; may come during send. */
    void lost(Link link, boolean carriedRequest);
  }

  /** A request ready to be written; one object serves all links. */
  static final class Request {
    private final ByteBuffer bytes;

    Request(int n) {
      // The newline ends the request for servers that read lines and is a blank for the others.
      byte[] line = (n + "\n").getBytes(StandardCharsets.US_ASCII);
      this.bytes = ByteBuffer.allocateDirect(line.length).put(line);
    }
  }

  /** Links that share their events and their counts of failures. */
  static final class Group {
    private final Events events;
    private final boolean reopens;

    private long refused;
    private long connectTimeouts;
    private long otherConnectFailures;
    private long resets;
    private long closes;
    private long nonsense;
    private @Nullable String firstNonsense;
    private @Nullable String firstOtherConnectFailure;

    private Group(Events events, boolean reopens) {
      this.events = events;
      this.reopens = reopens;
    }

    static Group reopening(Events events) {
      return new Group(events, true);
    }

    static Group openingOnce(Events events) {
      return new Group(events, false);
    }

    Failures failures() {
      return new Failures(
          refused,
          connectTimeouts,
          otherConnectFailures,
          resets,
          closes,
          nonsense,
          firstOtherConnectFailure,
          firstNonsense);
    }

    private void connectFailed(IOException e) {
      String message = String.valueOf(e.getMessage());
      if (message.contains("refused")) {
        refused++;
      } else if (message.contains("timed out")) {
        connectTimeouts++;
      } else {
        otherConnectFailures++;
        if (firstOtherConnectFailure == null) {
          firstOtherConnectFailure = message;
        }
      }
    }
  }

  private enum State {
    CLOSED,
    CONNECTING, // then and only then in the deque of that name
    OPEN,
    BROKEN // then and only then in the deque of that name
  }

  /** One connection, or the wish for one. */
  static final class Link {
    /** Its place in its group, from 0. */
    final int index;

    private final Group group;
    private State state = State.CLOSED;
    private @Nullable SocketChannel channel;
    private long dueNanos; // connecting: when to give up; broken: when to try again
    private boolean everFailed;
    private boolean awaiting;

    // The answer that is being received, which may come in pieces.
    private int answerBytes;
    private boolean number;

    private Link(int index, Group group) {
      this.index = index;
      this.group = group;
    }

    boolean isOpen() {
      return state == State.OPEN;
    }

    /** Whether it carries a request that is unanswered. */
    boolean isAwaiting() {
      return awaiting;
    }

    private void beginAnswer() {
      answerBytes = 0;
      number = true;
    }

    private void take(byte b) {
      boolean digit = b >= '0' && b <= '9';
      boolean sign = b == '-' && answerBytes == 0;
      if (b != '\r') {
        number &= digit || sign;
        answerBytes++;
      }
    }
  }

  /** Creates closed links; closing the wire closes them. */
  Link[] links(int count, Group group) {
    var created = new Link[count];
    for (int i = 0; i < count; i++) {
      created[i] = link(i, group);
    }
    return created;
  }

  /** Creates one closed link; closing the wire closes it. */
  Link link(int index, Group group) {
    var created = new Link(index, group);
    links.add(created);
    return created;
  }

  /**
   * Opens links and waits until each is open or has failed once, or patience is over. Those that
   * are not open then are opened by and by in {@link #poll}.
   *
   * @throws TargetUnreachableException if not one is open
   */
  void openAll(Link[] wanted) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    for (Link link : wanted) {
      open(link);
    }
    while (anyUndecided(wanted) && System.nanoTime() - deadline < 0) {
      poll(deadline);
    }
    if (noneOpen(wanted)) {
      throw unreachable(wanted[0].group);
    }
  }

  private static boolean anyUndecided(Link[] links) {
    for (Link link : links) {
      if (!link.isOpen() && !link.everFailed) {
        return true;
      }
    }
    return false;
  }

  private static boolean noneOpen(Link[] links) {
    for (Link link : links) {
      if (link.isOpen()) {
        return false;
      }
    }
    return true;
  }

  TargetUnreachableException unreachable(Group group) {
    if (group.refused > 0) {
      return TargetUnreachableException.refused(target);
    }
    String reason = group.firstOtherConnectFailure;
    return reason == null
        ? TargetUnreachableException.silent(target, patience)
        : TargetUnreachableException.because(target, reason);
  }

  /**
   * Begins to open a closed link; the events tell how it went.
   *
   * @throws IOException if this process may open no more sockets
   */
  void open(Link link) throws IOException {
    SocketChannel channel;
    try {
      channel = SocketChannel.open();
    } catch (IOException e) {
      throw new IOException(
          "%s: cannot open connection %d, %s; raise the limit of open files (ulimit -n) or ask for fewer"
              .formatted(target, link.index + 1, e.getMessage()),
          e);
    }
    connect(link, channel);
  }

  private void connect(Link link, SocketChannel channel) {
    link.channel = channel;
    unseen = true;
    try {
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      if (source != null) {
        // A port that has just been left is as good as any: the pair of addresses is another one.
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        channel.bind(new InetSocketAddress(source.getAddress(), source.getPort() + link.index));
      }
      if (channel.connect(address)) {
        channel.register(selector, SelectionKey.OP_READ, link);
        opened(link);
      } else {
        channel.register(selector, SelectionKey.OP_CONNECT, link);
        link.state = State.CONNECTING;
        link.dueNanos = System.nanoTime() + patience.toNanos();
        connecting.add(link);
      }
    } catch (IOException e) {
      link.group.connectFailed(e);
      lose(link);
    }
  }

  private void opened(Link link) {
    link.state = State.OPEN;
    link.beginAnswer();
    link.group.events.opened(link, System.nanoTime());
  }

  /** Sends a request over an open link that carries none. */
  void send(Link link, Request request) {
    SocketChannel channel = link.channel;
    if (channel == null || link.state != State.OPEN || link.awaiting) {
      throw new IllegalStateException("link must be open and free: link=" + link.index);
    }
    link.awaiting = true;
    try {
      channel.write(request.bytes.flip());
      /*
       * A link carries one request of a few bytes, so a full socket can only be full of requests
       * that the server answered without reading them. Such a server is not worth a second path.
       */
      if (request.bytes.hasRemaining()) {
        throw new IOException("the server answers what it does not read");
      }
    } catch (IOException _) {
      link.group.resets++;
      lose(link);
    } finally {
      request.bytes.position(request.bytes.limit());
    }
  }

  /** Closes a link for good. */
  void abandon(Link link) {
    switch (link.state) {
      case CONNECTING -> connecting.remove(link);
      case BROKEN -> broken.remove(link);
      case OPEN, CLOSED -> {}
    }
    links.remove(link);
    close(link);
  }

  private void lose(Link link) {
    if (link.state == State.CONNECTING) {
      connecting.remove(link); // near the head: attempts end in about the order they began
    }
    boolean carriedRequest = link.awaiting;
    close(link);
    link.everFailed = true;
    if (link.group.reopens) {
      link.state = State.BROKEN;
      link.dueNanos = System.nanoTime() + REOPEN_PAUSE_NANOS;
      broken.add(link);
    }
    link.group.events.lost(link, carriedRequest);
  }

  private static void close(Link link) {
    SocketChannel channel = link.channel;
    link.channel = null;
    link.state = State.CLOSED;
    link.awaiting = false;
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        link.group.resets++; // closing is where the system may report that the link had broken
      }
    }
  }

  /**
   * Lets {@link #poll} return at the given time instead of up to a millisecond later, if the system
   * allows, and says whether it does. For a new wire: before any link is opened.
   */
  boolean becomePrecise() throws IOException {
    precise = PreciseWait.of(selector);
    return precise != null;
  }

  /**
   * Handles what is ready; if nothing is, waits until something is, or until the given time, which
   * it may overrun by a millisecond, or until it is woken up.
   *
   * @throws InterruptedException if the thread is interrupted; the wire is as usable as before
   */
  void poll(long untilNanos) throws IOException, InterruptedException {
    long waitNanos = earliestTimer(untilNanos) - System.nanoTime();
    if (precise != null) {
      if (waitNanos > 0 && !unseen) {
        boolean ignored = precise.await(Math.min(waitNanos, INTERRUPT_CHECK_NANOS));
      }
      unseen = false;
      waitNanos = 0;
    }
    // Rounded up, as a wait of 0 would mean for ever.
    select(waitNanos <= 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(waitNanos) + 1);
  }

  /** Makes the present or next {@link #poll} return. The one method for other threads. */
  void wakeUp() {
    selector.wakeup();
  }

  private void select(long millis) throws IOException, InterruptedException {
    if (millis == 0) {
      selector.selectNow(ready);
    } else {
      selector.select(ready, millis);
    }
    if (Thread.interrupted()) {
      throw new InterruptedException("load on " + target);
    }
    runTimers();
  }

  private long earliestTimer(long nanos) {
    return earlier(connecting.peek(), earlier(broken.peek(), nanos));
  }

  private static long earlier(@Nullable Link link, long nanos) {
    return link != null && link.dueNanos - nanos < 0 ? link.dueNanos : nanos;
  }

  private void runTimers() {
    if (connecting.isEmpty() && broken.isEmpty()) {
      return;
    }
    long now = System.nanoTime();
    for (Link link; (link = connecting.peek()) != null && link.dueNanos - now <= 0; ) {
      link.group.connectTimeouts++;
      lose(link);
    }
    for (Link link; (link = broken.peek()) != null && link.dueNanos - now <= 0; ) {
      broken.remove();
      try {
        connect(link, SocketChannel.open());
      } catch (IOException e) {
        link.group.connectFailed(e);
        lose(link);
      }
    }
  }

  private void ready(SelectionKey key) {
    Link link = (Link) Objects.requireNonNull(key.attachment());
    // An event of another link in the same batch may have closed this one.
    if (!key.isValid()) {
      return;
    }
    if (key.isConnectable()) {
      finishConnecting(link, key);
    } else {
      read(link, (SocketChannel) key.channel());
    }
  }

  private void finishConnecting(Link link, SelectionKey key) {
    try {
      ((SocketChannel) key.channel()).finishConnect();
    } catch (IOException e) {
      link.group.connectFailed(e);
      lose(link);
      return;
    }
    connecting.remove(link);
    key.interestOps(SelectionKey.OP_READ);
    unseen = true;
    opened(link);
  }

  private void read(Link link, SocketChannel channel) {
    Group group = link.group;
    int count;
    try {
      count = channel.read(received.clear());
    } catch (IOException _) {
      group.resets++;
      lose(link);
      return;
    }
    if (count < 0) {
      group.closes++;
      lose(link);
      return;
    }
    long now = System.nanoTime();
    boolean answered = false;
    boolean number = false;
    // All lines first, events after: the next request must not be taken for the one that a second
    // line in this read answers.
    int begin = 0;
    for (int i = 0; i < count; i++) {
      byte b = received.get(i);
      if (b != '\n') {
        link.take(b);
        continue;
      }
      boolean good = link.number && link.answerBytes > 0 && link.awaiting;
      if (!good) {
        countNonsense(group, begin, i);
      }
      if (link.awaiting) {
        answered = true;
        number = good;
        link.awaiting = false;
      }
      link.beginAnswer();
      begin = i + 1;
    }
    if (link.answerBytes > LONGEST_ANSWER) {
      countNonsense(group, begin, count);
      link.awaiting |= answered; // an answer with noise behind it is none
      lose(link);
    } else if (answered && number) {
      group.events.answered(link, now);
    } else if (answered) {
      group.events.nonsense(link, now);
    }
  }

  private void countNonsense(Group group, int begin, int end) {
    group.nonsense++;
    if (group.firstNonsense == null) {
      var shown = new StringBuilder();
      for (int i = begin; i < end && shown.length() < SHOWN_OF_NONSENSE; i++) {
        shown.append(printable(received.get(i)));
      }
      group.firstNonsense = shown.toString();
    }
  }

  /** A character that cannot break the line of a message, whatever a server sends. */
  static char printable(int c) {
    return c < ' ' || c > '~' ? '.' : (char) c;
  }

  /** Closes all links and the selector. Idempotent. */
  @Override
  public void close() throws IOException {
    links.forEach(Wire::close);
    connecting.clear();
    broken.clear();
    selector.close();
  }
}
