// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A worker process: runs one task after the other, as they come from its pool.
 *
 * <p>The thread {@code worker-N} takes frames from its ring, runs the task and answers, all itself:
 * nothing is handed over and nobody else is woken. It waits at the socket, where the pool rings
 * when there is something in an empty ring. The thread {@code orders} waits on the standard input
 * for what must not wait behind a running task: interrupts, tasks to be given back, and the end of
 * the pool's process, upon which it ends this one, whatever it is doing. The main thread lowers the
 * priority of a task thread that computes for long, and makes its successor: a lowered one ends
 * with its task, as most users may not raise it again.
 */
final class Worker {
  private static final Duration LAST_ORDERS = Duration.ofSeconds(5);

  /** Short against what is long for a person, long against what starting a thread costs. */
  private static final Duration LONG = Duration.ofMillis(10);

  private static final long LEFT = -1;
  private static final int MOST_BELLS = 64;

  /** For so long short tasks may be answered without a bell, one after the other. */
  private static final long LONGEST_SILENCE_NANOS = 100_000;

  private static final long FIRST_PAUSE_NANOS = 20_000;
  private static final long LAST_PAUSE_NANOS = 1_000_000;

  /*
   * Which task an order hits is decided under `gate`, by both sides:
   *
   *   task thread:   gate: begun = turn; skip if it is in `revoked`, else running = turn
   *                  runs
   *                  gate: running = 0, forget an interrupt that came too late
   *   orders thread: gate: interrupt the task thread only if the task's turn is running;
   *                  revoke a task only if its turn is greater than begun
   *   main thread:   gate: lower the task thread only if the task's turn is still running
   *
   * So an interrupt hits its task or nobody, the reading and writing of frames never (it would
   * close the socket), and a task that was given back never runs here. That it was is in the ring
   * before the gate opens: before the answer of any task behind it. Who was lowered learns of it
   * when that task has ended, and takes no other.
   */
  private final Object gate = new Object();
  private long begun;
  private long running;
  private final Set<Long> revoked = new HashSet<>();
  private @Nullable Thread taskThread;
  private OsThread osThread = OsThread.UNKNOWN; // of the task thread
  private boolean lowered; // the task thread
  private boolean left; // the task thread has, or is about to end
  private boolean nothingToWatch; // the main thread waits for a task to begin

  private final Orders orders;
  private final SocketChannel socket;
  private final Ring.Reader tasks; // of the task thread, handed on to the next
  private final FrameReader reader; // as `tasks`
  private final ByteBuffer bells = ByteBuffer.allocateDirect(MOST_BELLS); // as `tasks`
  private long turn; // as `tasks`
  private int unannounced; // answers, as `tasks`
  private long unannouncedSinceNanos; // if there are any
  private final ReentrantLock writing = new ReentrantLock(); // whole frames only
  private final Ring.Writer answers; // under `writing`
  private final TaskRunner runner;

  private Worker(Orders orders, SocketChannel socket, Rings rings) {
    this.orders = orders;
    this.socket = socket;
    tasks = rings.taskReader();
    answers = rings.answerWriter();
    reader = new FrameReader(orders.frameLimit);
    runner = new TaskRunner(orders.admitted, orders.frameLimit, ClassLoader.getSystemClassLoader());
  }

  /** What a pool tells a new worker on its standard input, before all else. */
  record Orders(
      String secret,
      Path address,
      Path rings,
      int number,
      int frameLimit,
      boolean lowersLongTasks,
      List<String> admitted) {
    void write(OutputStream out) throws IOException {
      DataOutputStream data = new DataOutputStream(out);
      data.writeUTF(secret);
      data.writeUTF(address.toString());
      data.writeUTF(rings.toString());
      data.writeInt(number);
      data.writeInt(frameLimit);
      data.writeBoolean(lowersLongTasks);
      data.writeInt(admitted.size());
      for (String name : admitted) {
        data.writeUTF(name);
      }
      data.flush();
    }

    static Orders read(DataInputStream data) throws IOException {
      String secret = data.readUTF();
      Path address = Path.of(data.readUTF());
      Path rings = Path.of(data.readUTF());
      int number = data.readInt();
      int frameLimit = data.readInt();
      boolean lowersLongTasks = data.readBoolean();
      List<String> admitted = new ArrayList<>();
      for (int left = data.readInt(); left > 0; left--) {
        admitted.add(data.readUTF());
      }
      return new Orders(secret, address, rings, number, frameLimit, lowersLongTasks, admitted);
    }
  }

  /**
   * Runs a worker.
   *
   * @param args is {@link Rehearsal#ARGUMENT} and a socket's address, or something to tell whoever
   *     lists processes
   */
  public static void main(String[] args) throws Exception {
    if (args[0].equals(Rehearsal.ARGUMENT)) {
      Rehearsal.run(Path.of(args[1]));
      return;
    }
    InputStream input = System.in;
    System.setIn(InputStream.nullInputStream());
    try {
      work(input);
    } catch (IOException | RuntimeException e) {
      System.err.println(Thread.currentThread().getName() + ": " + e);
    } finally {
      // Whatever threads its tasks have left behind.
      Runtime.getRuntime().halt(1);
    }
  }

  /** Works for the pool that gives these orders until it hangs up, or says that this is the end. */
  static void work(InputStream input) throws IOException, InterruptedException {
    Signals.leaveToParent();
    DataInputStream data = new DataInputStream(input);
    Orders orders = Orders.read(data);
    Thread.currentThread().setName("worker-" + orders.number + " lookout");
    Rings rings = Rings.open(orders.rings);
    try (SocketChannel socket = connect(orders)) {
      Worker worker = new Worker(orders, socket, rings);
      Thread ordersThread =
          Thread.ofPlatform().daemon().name("orders").start(() -> worker.obey(data));
      worker.serve();
      // The last order, or the end of the pool's process, says why it has hung up.
      ordersThread.join(LAST_ORDERS);
    }
  }

  private static SocketChannel connect(Orders orders) throws IOException {
    SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      socket.connect(UnixDomainSocketAddress.of(orders.address));
      return socket;
    } catch (Throwable e) {
      socket.close();
      throw e;
    }
  }

  /** The main thread: until the pool hangs up. */
  private void serve() throws IOException, InterruptedException {
    greet();
    FutureTask<Boolean> tasks;
    do {
      tasks = new FutureTask<>(this::runTasks);
      Thread thread = Thread.ofPlatform().name("worker-" + orders.number).unstarted(tasks);
      synchronized (gate) {
        taskThread = thread;
        lowered = false;
        left = false;
      }
      thread.start();
      if (orders.lowersLongTasks) {
        lowerIfLong();
      }
    } while (!hasHungUp(tasks));
  }

  /** Says whose connection this is, and with it that the memory is there. */
  private void greet() throws IOException {
    FrameWriter writer = new FrameWriter(orders.frameLimit);
    ByteBuffer hello = writer.begin(Frames.HELLO).text(orders.secret).number(orders.number).end();
    while (hello.hasRemaining()) {
      socket.write(hello);
    }
  }

  private static boolean hasHungUp(FutureTask<Boolean> tasks)
      throws IOException, InterruptedException {
    try {
      return tasks.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    }
  }

  /** The task thread: until the pool hangs up, or until it was lowered, which is false. */
  private boolean runTasks() throws IOException {
    try {
      synchronized (gate) {
        osThread = orders.lowersLongTasks ? OsThread.current() : OsThread.UNKNOWN;
      }
      do {
        for (ByteBuffer frame; (frame = reader.next()) != null; ) {
          turn++;
          if (begins(turn)) {
            send(runner.run(turn, frame, this::ends));
            announceInTime();
          }
          if (lowered) { // decided while a task runs, and ends() has passed the gate since
            announce();
            return false;
          }
        }
      } while (fill());
      return true;
    } finally {
      synchronized (gate) {
        left = true;
        gate.notifyAll();
      }
    }
  }

  /** Waits for more of a task, or of several; false if the pool has hung up. */
  private boolean fill() throws IOException {
    while (reader.fill(tasks) == 0) {
      announce();
      tasks.fallAsleep();
      if (tasks.isEmpty()) {
        bells.clear();
        if (socket.read(bells) < 0) {
          return false;
        }
      }
      tasks.wakeUp();
    }
    if (tasks.mustTellOfRoom()) {
      ring();
    }
    return true;
  }

  /**
   * Leaves an answer to be announced with the next ones, unless some have waited for that long: if
   * nothing is ahead, {@link #fill} is next, and if something is, the pool looks by itself before
   * long.
   */
  private void announceInTime() throws IOException {
    long nowNanos = System.nanoTime();
    if (unannounced == 0) {
      unannouncedSinceNanos = nowNanos;
    }
    unannounced++;
    if (nowNanos - unannouncedSinceNanos >= LONGEST_SILENCE_NANOS) {
      announce();
    }
  }

  /** Rings if the pool's switchboard sleeps. */
  private void announce() throws IOException {
    unannounced = 0;
    if (answers.mustWake()) {
      ring();
    }
  }

  /** Lowers the task thread once a task of its has computed for long, unless it leaves before. */
  private void lowerIfLong() throws InterruptedException {
    long watched = 0; // the turn that ran at the latest look
    long beganNanos = 0; // the thread's processor time when that turn was first seen
    for (long seen; (seen = nextLook()) != LEFT; ) {
      if (seen == 0) {
        continue;
      }
      long nanos = osThread.cpuNanos();
      if (nanos < 0) {
        return; // where processor time is not known nobody is lowered
      }
      if (seen != watched) {
        watched = seen;
        beganNanos = nanos;
      } else if (nanos - beganNanos >= LONG.toNanos() / 2
          && (!OsThread.canLower() || lower(seen))) {
        return;
      }
    }
  }

  /** Waits until it is time to look; without tasks, for the next one. Returns the turn running. */
  private long nextLook() throws InterruptedException {
    synchronized (gate) {
      if (running == 0) {
        nothingToWatch = true;
        while (nothingToWatch && !left) {
          gate.wait();
        }
      }
      long end = System.nanoTime() + LONG.toNanos();
      for (long rest; !left && (rest = end - System.nanoTime()) > 0; ) {
        gate.wait(rest / 1_000_000 + 1);
      }
      return left ? LEFT : running;
    }
  }

  private boolean lower(long itsTurn) {
    synchronized (gate) {
      lowered = running == itsTurn && osThread.lower();
      return lowered;
    }
  }

  private boolean begins(long next) {
    synchronized (gate) {
      begun = next;
      if (revoked.remove(next)) {
        return false;
      }
      running = next;
      if (nothingToWatch) {
        nothingToWatch = false;
        gate.notifyAll();
      }
      return true;
    }
  }

  @SuppressWarnings("Interruption") // what is left of an interrupt ends with its task
  private void ends() {
    synchronized (gate) {
      running = 0;
      Thread.interrupted();
    }
  }

  /** Puts a frame where the pool finds it once it looks. */
  private void send(ByteBuffer frame) throws IOException {
    writing.lock();
    try {
      answers.write(frame);
      for (long pauseNanos = FIRST_PAUSE_NANOS; frame.hasRemaining(); ) {
        // Only answers of the ring's size get here. A pause, as nobody may read the bells for a
        // thread that has the gate.
        if (answers.mustWake()) {
          ring();
        }
        LockSupport.parkNanos(pauseNanos);
        pauseNanos = Math.min(2 * pauseNanos, LAST_PAUSE_NANOS);
        answers.write(frame);
      }
    } finally {
      writing.unlock();
    }
  }

  private void ring() throws IOException {
    socket.write(ByteBuffer.allocate(1));
  }

  /** The thread {@code orders}. */
  private void obey(DataInputStream input) {
    FrameWriter replies = new FrameWriter(orders.frameLimit);
    try {
      while (true) {
        byte order = input.readByte();
        long first = input.readLong();
        long last = input.readLong();
        switch (order) {
          case Frames.INTERRUPT -> {
            interrupt(first);
            giveBack(first, last, replies);
          }
          case Frames.GIVE_BACK -> giveBack(first, last, replies);
          case Frames.RETIRE -> Runtime.getRuntime().halt(0);
          default -> throw new IOException("order unknown: " + order);
        }
      }
    } catch (EOFException _) {
      // The pool's process is gone, and could not tidy up.
      removeAddress();
    } catch (IOException e) {
      System.err.println("worker " + orders.number + ": " + e);
    } finally {
      Runtime.getRuntime().halt(1);
    }
  }

  private void interrupt(long turn) {
    synchronized (gate) {
      if (running == turn && taskThread != null) {
        taskThread.interrupt();
      }
    }
  }

  private void giveBack(long first, long last, FrameWriter replies) throws IOException {
    synchronized (gate) {
      long from = Math.max(first, begun + 1);
      for (long turn = from; turn <= last; turn++) {
        revoked.add(turn);
      }
      if (from <= last) {
        send(replies.begin(Frames.GIVEN_BACK).number(from).number(last).end());
        if (answers.mustWake()) {
          ring();
        }
      }
    }
  }

  private void removeAddress() {
    try {
      PrivateFolder.remove(orders.address);
    } catch (IOException e) {
      System.err.println(
          "worker " + orders.number + ": cannot remove " + orders.address + ": " + e);
    }
  }
}
