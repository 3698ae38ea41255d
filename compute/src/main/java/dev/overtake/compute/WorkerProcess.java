// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static java.lang.System.Logger.Level.DEBUG;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One worker process as its pool sees it, from before its start to after its end.
 *
 * <p>The thread {@code worker-N} starts the process, passes on to our standard error what it writes
 * to its standard output and error, and waits for its end; it does nothing else.
 */
final class WorkerProcess {
  enum State {
    STARTING,
    READY,
    /** Its connection has failed; how its process ends is not known yet. */
    LOST,
    /** Gets no more tasks, and is told to end as soon as it has none. */
    RETIRING,
    DEAD;

    /** Whether it will, or may still, take tasks. */
    boolean isHere() {
      return this == STARTING || this == READY;
    }
  }

  private static final System.Logger log = System.getLogger(ProcessPool.class.getName());

  /** How the JVM exits upon an OutOfMemoryError when told to. */
  private static final int OUT_OF_MEMORY = 3;

  /** How a process's end by a signal is reported: as a status of so much more. */
  private static final int SIGNALS = 128;

  private static final int LAST_SIGNAL = 64;

  /** What the JVM says of a crash. */
  private static final Pattern CRASH =
      Pattern.compile("A fatal error has been detected.*\\R#\\R#\\s+(.*)");

  private static final int TAIL_CHARS = 2_000;
  private static final int MOST_BELLS = 64;

  final int number;
  private final Crew crew;
  private final long delayMillis;
  private final CountDownLatch abandoned = new CountDownLatch(1);
  private volatile @Nullable Process process; // set by the thread worker-N
  private volatile @Nullable Rings rings; // set by the thread worker-N, before the process
  private volatile @Nullable String killedBecause; // set before the process is killed

  // Guarded by the crew's lock.
  State state = State.STARTING;
  boolean outgoing; // to be retired as soon as a newcomer is ready
  final ArrayDeque<ProcessTrip<?>> aboard = new ArrayDeque<>(); // in the order of their turns
  long headSinceNanos; // when the first of those aboard became the first
  long lastTurn;
  long usualNanos = Crew.LONG_NANOS; // how long its tasks run of late; longer ones count as that
  long calledBackTo; // the worker was asked to give back the turns up to this one

  private final ArrayDeque<ByteBuffer> unsent = new ArrayDeque<>(); // what the ring had no room for

  // Set before the state is READY.
  private @Nullable SelectionKey line;
  private @Nullable SocketChannel channel;
  private Ring.@Nullable Writer tasks; // used under the crew's lock
  private Ring.@Nullable Reader answers; // used by the switchboard's thread

  private volatile boolean stuck; // something is unsent; spares the switchboard the lock

  // Used by the switchboard's thread alone.
  private final ByteBuffer bells = ByteBuffer.allocateDirect(MOST_BELLS);
  long answered;
  long memoryLookedAtNanos;

  /**
   * Describes a worker that is not started.
   *
   * @param delayMillis how long to wait before its start
   */
  WorkerProcess(int number, Crew crew, long delayMillis) {
    this.number = number;
    this.crew = crew;
    this.delayMillis = delayMillis;
  }

  void start() {
    Thread.ofPlatform().daemon().name("worker-" + number).start(this::watch);
  }

  private void watch() {
    String end;
    try {
      // Abandoned meanwhile: then there is nothing to start.
      if (abandoned.await(delayMillis, TimeUnit.MILLISECONDS)) {
        end = "was not started";
      } else {
        rings = Rings.create(crew.ringsOf(this));
        end = runProcess(crew.launch());
      }
    } catch (IOException e) {
      end = "can't be started: " + Descriptions.oneLine(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      throw new AssertionError("nobody has this thread to interrupt it", e);
    }
    crew.ended(this, end);
  }

  private String runProcess(Process started) throws InterruptedException {
    process = started;
    if (abandoned.getCount() == 0) {
      started.destroyForcibly();
    }
    try {
      crew.ordersFor(this).write(started.getOutputStream());
    } catch (IOException e) {
      // It has died already; how will be seen at once.
      log.log(DEBUG, () -> this + ": no orders: " + e);
    }
    String tail = passOn(started.getInputStream());
    return describe(started.waitFor(), tail);
  }

  /** Copies what the process says to our standard error, and returns the last of it. */
  private String passOn(InputStream said) {
    StringBuilder tail = new StringBuilder();
    byte[] buffer = new byte[4 * 1024];
    try (said) {
      for (int n; (n = said.read(buffer)) >= 0; ) {
        System.err.write(buffer, 0, n);
        System.err.flush();
        tail.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
        tail.delete(0, Math.max(0, tail.length() - TAIL_CHARS));
      }
    } catch (IOException e) {
      log.log(DEBUG, () -> this + ": what it says can't be read: " + e);
    }
    return tail.toString();
  }

  private String describe(int exitStatus, String tail) {
    String killed = killedBecause;
    if (killed != null) {
      return "was killed: " + killed;
    }
    Matcher crash = CRASH.matcher(tail);
    if (crash.find()) {
      return "crashed: " + Descriptions.oneLine(crash.group(1));
    }
    String last = tail.isBlank() ? "" : "; it last said: " + lastLines(tail);
    if (exitStatus == OUT_OF_MEMORY && tail.contains("java.lang.OutOfMemoryError")) {
      return "ran out of memory" + last;
    }
    if (exitStatus > SIGNALS && exitStatus <= SIGNALS + LAST_SIGNAL) {
      return "was ended by signal " + (exitStatus - SIGNALS) + last;
    }
    return "exited with status " + exitStatus + last;
  }

  /** The JVM's own errors come in three lines, of which the first tells most. */
  private static String lastLines(String text) {
    List<String> lines = text.strip().lines().toList();
    return Descriptions.oneLine(
        String.join(" ", lines.subList(Math.max(0, lines.size() - 3), lines.size())));
  }

  /** Ends the process at once, whatever it does; its end is then reported as any other. */
  void kill(String because) {
    killedBecause = because;
    abandoned.countDown();
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
    }
  }

  long pid() {
    Process running = process;
    return running == null ? -1 : running.pid();
  }

  // On the switchboard's thread, once.
  void connected(SelectionKey key) {
    line = key;
    channel = (SocketChannel) key.channel();
    Rings shared = Objects.requireNonNull(rings);
    tasks = shared.taskWriter();
    answers = shared.answerReader();
  }

  /**
   * Under the crew's lock. Gives it a task, which it finds once it looks; {@link #wake} must
   * follow.
   */
  void put(byte[] frame) {
    unsent.add(ByteBuffer.wrap(frame));
    putUnsent();
  }

  /** Whether something is unsent for want of room; the worker rings when it has made some. */
  boolean isStuck() {
    return stuck;
  }

  /** Under the crew's lock; {@link #wake} must follow. */
  void putUnsent() {
    Ring.Writer ring = Objects.requireNonNull(tasks);
    try {
      for (ByteBuffer next; (next = unsent.peek()) != null; ) {
        ring.write(next);
        if (!next.hasRemaining()) {
          unsent.remove();
          continue;
        }
        stuck = true; // before the bell can ring for it
        if (ring.isStuck()) {
          return;
        }
      }
      stuck = false;
    } catch (IOException e) {
      unsent.clear();
      stuck = false;
      kill(Descriptions.oneLine(e));
    }
  }

  /** Whether {@link #wake} would ring now. */
  boolean seemsAsleep() {
    return Objects.requireNonNull(tasks).isHungry();
  }

  /** Rings if the worker sleeps while there are tasks in its ring. Any thread, not waiting. */
  void wake() {
    if (Objects.requireNonNull(tasks).mustWake()) {
      ring();
    }
  }

  private void ring() {
    try {
      // If the socket takes no more, the worker has enough bells to wake up by.
      Objects.requireNonNull(channel).write(ByteBuffer.allocate(1));
    } catch (IOException e) {
      // Its end is noticed by its own thread, which sees to what is aboard.
      log.log(DEBUG, () -> this + ": cannot ring: " + e);
    }
  }

  /** Takes the bells that have rung. On the switchboard's thread. */
  void hear() throws IOException {
    bells.clear();
    if (Objects.requireNonNull(channel).read(bells) < 0) {
      throw new EOFException("it closed its connection");
    }
  }

  /** Reads what the worker has answered. On the switchboard's thread. */
  int read(FrameReader reader) throws IOException {
    Ring.Reader ring = Objects.requireNonNull(answers);
    int n = reader.fill(ring);
    if (n > 0 && ring.mustTellOfRoom()) {
      ring();
    }
    return n;
  }

  /** Lets the worker ring for its next answer; true if it has answered before that. */
  boolean hasAnsweredBeforeSleep() {
    Ring.Reader ring = Objects.requireNonNull(answers);
    ring.fallAsleep();
    return !ring.isEmpty();
  }

  /** Spares the worker the bell while its answers are being looked for. */
  void noBells() {
    Objects.requireNonNull(answers).wakeUp();
  }

  /**
   * Sends an order past the running task. On the switchboard's thread; it can't wait there for
   * long, since a worker reads its orders at once, and one that does not is killed after few.
   */
  void order(byte type, long first, long last) {
    byte[] order = new byte[1 + 2 * Long.BYTES];
    ByteBuffer.wrap(order).put(type).putLong(first).putLong(last);
    Process running = process;
    if (running != null) {
      try {
        OutputStream orders = running.getOutputStream();
        orders.write(order);
        orders.flush();
      } catch (IOException e) {
        log.log(DEBUG, () -> this + ": cannot order: " + e);
      }
    }
  }

  /** Closes the connection. On the switchboard's thread. */
  void disconnect() {
    if (line != null) {
      Switchboard.close(line);
    }
  }

  @Override
  public String toString() {
    return "worker " + number + " (pid " + pid() + ")";
  }
}
