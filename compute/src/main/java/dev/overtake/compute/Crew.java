// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The workers of one pool, the queue before them, and who is given what.
 *
 * <p>A caller that finds a worker for its task sends it itself. Otherwise the task is queued, and
 * the switchboard sends it upon the next answer. User code runs neither under the lock nor on the
 * switchboard's thread.
 */
final class Crew {
  /*
   * How tasks are put on workers:
   *
   * 1. An idle worker has no task aboard and stands in `idle`, on top whoever worked last. There is
   *    no idle worker while tasks are queued.
   * 2. A caller puts its task on the worker that a caller was the last to use, if that is still at
   *    work, not overdue (4) and, as its tasks went of late, will be done before another could wake
   *    up. Else it takes one from `idle`, else it queues. Nobody passes those that are queued.
   * 3. When a worker has answered it gets its fair share of the queue, so that it need not wait for
   *    us between short tasks.
   * 4. A task must not wait behind a long one: if the first task aboard has been there for
   *    PATIENCE_NANOS, the others are called back, and the worker returns those that it has not
   *    begun. They go to the head of the queue. For this the switchboard looks every PATIENCE_MILLIS
   *    while some worker has more than one task aboard, and also takes all answers then: a worker
   *    with a task ahead may have put off ringing for the last one (Ring, W2). Whoever makes it more
   *    than one sees to it that the switchboard is `watching`; when all is quiet, nobody looks.
   *
   * Boarding and the ring of tasks have the same order as both are done under the lock. The worker
   * alone knows what it has begun, so a task that it has returned runs at most once, and when it
   * dies only the first task aboard can have begun once the ring of answers has been read: the
   * others are queued again.
   */
  private static final int MOST_ABOARD = 8;

  private static final int MOST_ABOARD_AWAKE = 64;
  private static final long WAKE_UP_NANOS = 50_000;

  /** Tasks this long are all alike to {@link #isSoonFree}. */
  static final long LONG_NANOS = 250_000;

  private static final long PATIENCE_NANOS = 1_000_000;
  private static final long PATIENCE_MILLIS = 1;

  private static final System.Logger log = System.getLogger(ProcessPool.class.getName());
  private static final Duration TIME_TO_START = Duration.ofSeconds(60);
  private static final Duration TIME_TO_SAY_HELLO = Duration.ofSeconds(10);
  private static final Duration PAUSE_BEFORE_CACHE = Duration.ofSeconds(1);
  private static final Duration TIME_TO_END = Duration.ofSeconds(1);
  private static final int LONGEST_HELLO_BYTES = 1_000;
  private static final long MEMORY_GLANCE_NANOS = 1_000_000_000;

  /** So many vain starts in a row, and nobody there, mean that waiting tasks wait in vain. */
  private static final int START_FAILURES_TO_GIVE_UP = 3;

  private static final long FIRST_BACKOFF_MILLIS = 100;
  private static final long LAST_BACKOFF_MILLIS = 5_000;

  private enum Phase {
    OPEN,
    /** Takes no more tasks; those it has are run. */
    DRAINING,
    /** What waits has failed, what runs is interrupted. */
    STOPPING,
    ENDED
  }

  private final PoolSettings settings;
  private final PrivateFolder folder;
  private final Switchboard switchboard;
  private final Alarms alarms = new Alarms("compute-alarms");
  private final AotCache cache;
  private final List<String> options;
  private final String secret = HexFormat.of().formatHex(SecureRandom.getSeed(16));
  private final CountDownLatch firstReady = new CountDownLatch(1); // or given up
  private final CountDownLatch ended = new CountDownLatch(1);

  // The switchboard's thread alone.
  private final List<WorkerLine> lines = new ArrayList<>(); // of those that have come, until buried
  private boolean landed; // something, since patienceMillis() last looked

  private final ReentrantLock lock = new ReentrantLock(); // guards all below, and parts of others
  private final Condition placeFree = lock.newCondition();
  private final ArrayDeque<ProcessTrip<?>> queue = new ArrayDeque<>();
  private long queuedBytes;
  private final List<WorkerProcess> workers = new ArrayList<>(); // all that are not dead
  private final ArrayDeque<WorkerProcess> idle = new ArrayDeque<>();
  private @Nullable WorkerProcess awake; // whom a caller has given a task last
  private boolean watching; // the switchboard does not wait for longer than PATIENCE_MILLIS
  private Phase phase = Phase.OPEN;
  private volatile boolean
      closing; // the phase is no longer OPEN; spares those a look who ask often
  private int lastNumber;
  private int startFailures; // in a row
  private @Nullable String brokenBecause; // no worker there and none can be started
  private long completed;
  private long died;
  private long recycled;

  /**
   * Opens the socket and starts nothing.
   *
   * @throws IOException if the folder or the socket is refused; nothing is then left behind
   */
  Crew(PoolSettings settings) throws IOException {
    this.settings = settings;
    options = WorkerCommand.options(settings);
    cache = AotCache.of(settings, options);
    folder = PrivateFolder.in(settings.folder());
    try {
      switchboard = new Switchboard(folder.socket(), this::greet, new Rounds());
    } catch (IOException e) {
      folder.close();
      throw new IOException(
          "%s: no socket at %s: %s; name another folder"
              .formatted(this, folder.socket(), Descriptions.oneLine(e)),
          e);
    }
  }

  /**
   * Starts the workers and waits for the first.
   *
   * @throws IOException if none can be started; the crew has then ended
   */
  void start(Duration atMost) throws IOException {
    alarms.start();
    switchboard.start();
    lock.lock();
    try {
      hireMissing();
    } finally {
      lock.unlock();
    }
    String failure = null;
    try {
      if (!firstReady.await(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
        failure = "none was ready within " + atMost;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure = "interrupted";
    }
    lock.lock();
    try {
      failure = brokenBecause != null ? brokenBecause : failure;
    } finally {
      lock.unlock();
    }
    if (failure != null) {
      shutdownNow();
      awaitEnd();
      throw new IOException(this + ": no workers: " + failure);
    }
  }

  /**
   * Takes a task, and may wait for a place in the queue as long as the settings say.
   *
   * @throws RejectedExecutionException if it is not taken
   */
  void submit(ProcessTrip<?> trip) {
    WorkerProcess worker;
    lock.lock();
    try {
      worker = takeIdleOrQueue(trip);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RejectedExecutionException(
          "%s: queue is full and the wait was interrupted; %s is not taken".formatted(this, trip),
          e);
    } finally {
      lock.unlock();
    }
    trip.expireBy(alarms); // before others run, however long that takes
    if (worker != null) {
      letOthersBoard(worker);
      worker.wake();
    }
  }

  /** If the worker sleeps: those who are ready to submit may do so before the one bell for all. */
  @SuppressWarnings("ThreadPriorityCheck") // it saves wake-ups, and nothing depends on it
  private static void letOthersBoard(WorkerProcess worker) {
    if (worker.seemsAsleep() && Thread.currentThread().isVirtual()) {
      Thread.yield();
    }
  }

  private @Nullable WorkerProcess takeIdleOrQueue(ProcessTrip<?> trip) throws InterruptedException {
    long leftNanos = settings.patience().toNanos();
    while (true) {
      if (phase != Phase.OPEN) {
        throw new RejectedExecutionException(this + ": closed; " + trip + " is not taken");
      }
      if (brokenBecause != null) {
        throw new RejectedExecutionException(
            "%s: no workers: %s; %s is not taken".formatted(this, brokenBecause, trip));
      }
      WorkerProcess worker = queue.isEmpty() && isSoonFree(awake) ? awake : idle.poll();
      if (worker != null) {
        board(worker, trip);
        awake = worker;
        if (worker.aboard.size() > 1 && !watching) {
          watching = true;
          switchboard.wakeUp(); // rare: it goes on watching while there are answers
        }
        return worker;
      }
      if (hasPlaceFor(trip)) {
        queuedBytes += trip.frame().length;
        queue.add(trip);
        return null;
      }
      if (leftNanos <= 0) {
        throw new RejectedExecutionException(
            "%s: queue is full: %d tasks of %d bytes wait; %s is not taken"
                .formatted(this, queue.size(), queuedBytes, trip));
      }
      leftNanos = placeFree.awaitNanos(leftNanos);
    }
  }

  /** Under the lock. Whether waking another worker would take longer than to wait for this one. */
  private static boolean isSoonFree(@Nullable WorkerProcess worker) {
    return worker != null
        && worker.state == WorkerProcess.State.READY
        && !worker.aboard.isEmpty()
        && worker.aboard.size() < MOST_ABOARD_AWAKE
        && worker.aboard.size() * worker.usualNanos < WAKE_UP_NANOS
        && System.nanoTime() - worker.headSinceNanos < PATIENCE_NANOS;
  }

  private boolean hasPlaceFor(ProcessTrip<?> trip) {
    return queue.size() < settings.queueLimit()
        && queuedBytes + trip.frame().length <= settings.queuedBytesLimit();
  }

  /** Under the lock. Who boards a task wakes the worker once the lock is free. */
  private static void board(WorkerProcess worker, ProcessTrip<?> trip) {
    if (worker.aboard.isEmpty()) {
      worker.headSinceNanos = System.nanoTime();
    }
    trip.worker = worker;
    trip.turn = ++worker.lastTurn;
    trip.boarded();
    worker.aboard.add(trip);
    worker.put(trip.frame());
  }

  /** Under the lock. The next task that still wants to be run. */
  private @Nullable ProcessTrip<?> nextWaiting() {
    for (ProcessTrip<?> trip; (trip = queue.poll()) != null; ) {
      queuedBytes -= trip.frame().length;
      placeFree.signal();
      if (!trip.isDone()) {
        return trip;
      }
    }
    return null;
  }

  /** Under the lock. To the head of the queue, where there is always a place for those. */
  private void queueAgain(ProcessTrip<?> trip) {
    queuedBytes += trip.frame().length;
    queue.addFirst(trip);
  }

  /** After a task has ended without an answer: drops it, or tells the worker that has it. */
  void withdraw(ProcessTrip<?> trip, boolean interrupt) {
    WorkerProcess worker;
    long turn;
    lock.lock();
    try {
      worker = trip.worker;
      turn = trip.turn;
      if (queue.remove(trip)) {
        queuedBytes -= trip.frame().length;
        placeFree.signal();
      }
    } finally {
      lock.unlock();
    }
    if (worker == null) {
      switchboard.execute(this::endIfDone);
    } else {
      byte order = interrupt ? Frames.INTERRUPT : Frames.GIVE_BACK;
      switchboard.execute(() -> worker.order(order, turn, turn));
      if (interrupt) {
        killUnlessHeeded(trip, worker, turn, "was cancelled");
      }
    }
  }

  private void killUnlessHeeded(ProcessTrip<?> trip, WorkerProcess worker, long turn, String what) {
    Duration grace = settings.grace();
    alarms.in(
        grace,
        () -> {
          if (isAboard(trip, worker, turn)) {
            worker.kill("%s ran on for %s after it %s".formatted(trip, grace, what));
          }
        });
  }

  private boolean isAboard(ProcessTrip<?> trip, WorkerProcess worker, long turn) {
    lock.lock();
    try {
      return trip.worker == worker && trip.turn == turn;
    } finally {
      lock.unlock();
    }
  }

  Process launch() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(WorkerCommand.java().toString());
    command.addAll(options);
    command.addAll(cache.use());
    command.addAll(WorkerCommand.mainClass());
    command.add("worker-of-" + ProcessHandle.current().pid());
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  Worker.Orders ordersFor(WorkerProcess worker) {
    return new Worker.Orders(
        secret,
        folder.socket(),
        ringsOf(worker),
        worker.number,
        settings.frameLimit(),
        settings.lowersLongTasks(),
        settings.admitted());
  }

  Path ringsOf(WorkerProcess worker) {
    return folder.rings(worker.number);
  }

  Admission admission() {
    return new Admission(settings.admitted(), settings.frameLimit());
  }

  /** Under the lock. */
  private void hireMissing() {
    if (phase == Phase.STOPPING || phase == Phase.ENDED) {
      return;
    }
    long missing = settings.workers() - workers.stream().filter(Crew::stays).count();
    long backoffMillis =
        startFailures == 0
            ? 0
            : Math.min(FIRST_BACKOFF_MILLIS << (startFailures - 1), LAST_BACKOFF_MILLIS);
    for (; missing > 0; missing--) {
      WorkerProcess worker = new WorkerProcess(++lastNumber, this, backoffMillis);
      workers.add(worker);
      worker.start();
      alarms.in(TIME_TO_START.plusMillis(backoffMillis), () -> killUnlessStarted(worker));
    }
  }

  private void killUnlessStarted(WorkerProcess worker) {
    lock.lock();
    try {
      if (worker.state != WorkerProcess.State.STARTING) {
        return;
      }
    } finally {
      lock.unlock();
    }
    worker.kill("it was not ready within " + TIME_TO_START);
  }

  private static boolean stays(WorkerProcess worker) {
    return !worker.outgoing && worker.state.isHere();
  }

  /** Waits for a new connection to say whose it is. */
  private void greet(SocketChannel caller) {
    try {
      SelectionKey key = switchboard.connect(caller, new Greeting());
      alarms.in(TIME_TO_SAY_HELLO, () -> switchboard.execute(() -> hangUpOnSilent(key)));
    } catch (IOException e) {
      log.log(WARNING, () -> this + ": cannot greet a worker: " + e);
    }
  }

  private static void hangUpOnSilent(SelectionKey key) {
    if (key.attachment() instanceof Greeting) {
      Switchboard.close(key);
    }
  }

  private final class Greeting implements Switchboard.Line {
    private final FrameReader reader = new FrameReader(LONGEST_HELLO_BYTES);

    @Override
    public void ready(SelectionKey key) throws IOException {
      if (reader.fill((SocketChannel) key.channel()) < 0) {
        throw new IOException("gone without a hello");
      }
      ByteBuffer frame = reader.next();
      if (frame != null) {
        if (frame.get() != Frames.HELLO || !isOurs(FrameReader.text(frame))) {
          throw new IOException("a stranger");
        }
        welcome(frame.getLong(), key);
      }
    }

    @Override
    public void broken(Exception why) {
      log.log(DEBUG, () -> Crew.this + ": refused a connection: " + why);
    }
  }

  private boolean isOurs(String theirs) {
    return MessageDigest.isEqual(secret.getBytes(UTF_8), theirs.getBytes(UTF_8));
  }

  private void welcome(long number, SelectionKey key) throws IOException {
    WorkerProcess newcomer = null;
    List<Load> loads = new ArrayList<>();
    lock.lock();
    try {
      for (WorkerProcess worker : workers) {
        if (worker.number == number && worker.state == WorkerProcess.State.STARTING) {
          newcomer = worker;
        }
      }
      if (newcomer == null) {
        throw new IOException("nobody waits for worker " + number);
      }
      newcomer.connected(key);
      WorkerLine line = new WorkerLine(newcomer);
      key.attach(line);
      lines.add(line);
      newcomer.state = WorkerProcess.State.READY;
      startFailures = 0;
      brokenBecause = null;
      loads.add(load(newcomer));
      workers.stream()
          .filter(worker -> worker.outgoing && worker.state == WorkerProcess.State.READY)
          .findFirst()
          .ifPresent(outgoing -> loads.add(retire(outgoing)));
    } finally {
      lock.unlock();
    }
    forgetRings(newcomer);
    firstReady.countDown();
    loads.forEach(Load::send);
    alarms.in(PAUSE_BEFORE_CACHE, () -> cache.makeIfMissing(folder.rehearsal()));
  }

  /** Under the lock. */
  private Load retire(WorkerProcess outgoing) {
    outgoing.state = WorkerProcess.State.RETIRING;
    idle.remove(outgoing);
    recycled++;
    return load(outgoing);
  }

  /** Both sides have their memory now, or will never have it. */
  private void forgetRings(WorkerProcess worker) {
    try {
      Files.deleteIfExists(ringsOf(worker));
    } catch (IOException e) {
      log.log(DEBUG, () -> this + ": left until the end: " + Descriptions.oneLine(e));
    }
  }

  /**
   * The switchboard's rounds: it lets the workers ring only while it sleeps, and takes what all of
   * them have answered before it sends and tells anything.
   */
  private final class Rounds implements Switchboard.Rounds {
    @Override
    public long mayWait() {
      long millis = patienceMillis();
      boolean answered = false;
      for (WorkerLine line : lines) {
        answered |= line.worker.hasAnsweredBeforeSleep();
      }
      return answered ? Switchboard.NOT_NOW : millis;
    }

    @Override
    public void goRound() {
      for (WorkerLine line : lines) {
        line.worker.noBells();
      }
      for (WorkerLine line : lines) {
        if (line.worker.isStuck()) {
          sendOn(line.worker);
        }
        line.take();
      }
      land();
    }
  }

  private void sendOn(WorkerProcess worker) {
    lock.lock();
    try {
      worker.putUnsent();
    } finally {
      lock.unlock();
    }
    worker.wake();
  }

  /** What a worker says, on the switchboard's thread: by its ring; on its channel it only rings. */
  private final class WorkerLine implements Switchboard.Line {
    private final WorkerProcess worker;
    private final String name;
    private final FrameReader reader;
    private final List<Landing> landings = new ArrayList<>();
    private final List<ProcessTrip<?>> landed = new ArrayList<>(); // those of `landings`, in order
    private boolean due; // for recycling
    private boolean sane = true; // what it says

    WorkerLine(WorkerProcess worker) {
      this.worker = worker;
      name = worker.toString();
      reader = new FrameReader(settings.frameLimit());
    }

    @Override
    public void ready(SelectionKey key) throws IOException {
      worker.hear();
    }

    /** Takes what the worker has answered, to be landed; nonsense is its end. */
    void take() {
      try {
        while (sane && worker.read(reader) > 0) {
          takeFrames();
        }
      } catch (IOException | RuntimeException e) {
        sane = false;
        worker.disconnect();
        broken(e);
      }
    }

    private void takeFrames() throws IOException {
      for (ByteBuffer frame; (frame = reader.next()) != null; ) {
        byte type = frame.get();
        long first = frame.getLong();
        long second = frame.getLong();
        switch (type) {
          case Frames.RESULT ->
              landings.add(new Landing(first, second, Answer.ofResult(frame, name)));
          case Frames.FAILURE ->
              landings.add(new Landing(first, second, Answer.ofFailure(frame, name)));
          case Frames.GIVEN_BACK -> givenBack(worker, first, second);
          default -> throw new IOException("frame of unknown type " + type);
        }
      }
    }

    /** Under the lock. */
    void leave() {
      for (Landing landing : landings) {
        ProcessTrip<?> trip = worker.aboard.peek();
        if (trip == null || trip.turn != landing.turn) {
          worker.kill("it answered out of turn: " + landing.turn);
          break;
        }
        Crew.leave(worker, trip);
        worker.usualNanos += (Math.clamp(landing.runNanos, 0, LONG_NANOS) - worker.usualNanos) / 8;
        landed.add(trip);
      }
      completed += landed.size();
      worker.headSinceNanos = System.nanoTime();
      if (due && worker.state == WorkerProcess.State.READY && !worker.outgoing) {
        worker.outgoing = true; // it goes on until a newcomer is ready
        hireMissing();
      }
    }

    void tell() {
      for (int i = 0; i < landed.size(); i++) {
        Landing landing = landings.get(i);
        landed.get(i).arrive(landing.answer, landing.runNanos);
      }
      landed.clear();
      landings.clear();
    }

    @Override
    public void broken(Exception why) {
      hangUp(worker, why);
    }
  }

  private record Landing(long turn, long runNanos, Answer answer) {}

  /** Answers have come: their tasks leave the workers, others board them, then all are told. */
  private void land() {
    List<WorkerLine> answered = new ArrayList<>(lines.size());
    for (WorkerLine line : lines) {
      if (!line.landings.isEmpty()) {
        line.due = isDueForRecycling(line.worker, line.landings.size());
        answered.add(line);
      }
    }
    if (answered.isEmpty()) {
      return;
    }
    landed = true;
    List<Load> loads = new ArrayList<>(answered.size());
    lock.lock();
    try {
      answered.forEach(WorkerLine::leave);
      answered.forEach(line -> loads.add(load(line.worker)));
    } finally {
      lock.unlock();
    }
    loads.forEach(Load::send);
    answered.forEach(WorkerLine::tell);
    endIfDone();
  }

  /** Under the lock. */
  private static void leave(WorkerProcess worker, ProcessTrip<?> trip) {
    worker.aboard.remove(trip);
    trip.worker = null;
  }

  /** What is to be done for a worker once the lock is free. */
  private final class Load {
    final WorkerProcess worker;
    boolean boarded;
    boolean goes;

    Load(WorkerProcess worker) {
      this.worker = worker;
    }

    void send() {
      if (boarded) {
        worker.wake();
      }
      if (goes) {
        dismiss(worker);
      }
    }
  }

  /**
   * Under the lock. Gives a worker what waits, or lets it rest or go; a worker that has just
   * answered, or has nothing aboard.
   */
  private Load load(WorkerProcess worker) {
    Load load = new Load(worker);
    if (worker.state == WorkerProcess.State.READY) {
      load.boarded = boardShare(worker);
      if (worker.aboard.isEmpty() && !idle.contains(worker)) {
        idle.push(worker);
      }
    } else if (worker.state == WorkerProcess.State.RETIRING) {
      load.goes = worker.aboard.isEmpty();
    }
    return load;
  }

  /** Under the lock. Whether anything has boarded. */
  private boolean boardShare(WorkerProcess worker) {
    boolean boarded = false;
    int share = Math.clamp(queue.size() / settings.workers(), 1, MOST_ABOARD);
    while (worker.aboard.size() < share) {
      ProcessTrip<?> trip = nextWaiting();
      if (trip == null) {
        break;
      }
      board(worker, trip);
      boarded = true;
    }
    return boarded;
  }

  /**
   * Tells the switchboard how long it may wait, having called back what waits behind long tasks.
   */
  private long patienceMillis() {
    long nowNanos = System.nanoTime();
    List<Runnable> orders = new ArrayList<>();
    long millis;
    lock.lock();
    try {
      watching = watching && landed;
      landed = false;
      for (WorkerProcess worker : workers) {
        if (worker.aboard.size() > 1) {
          watching = true;
          if (worker.calledBackTo < worker.lastTurn
              && nowNanos - worker.headSinceNanos >= PATIENCE_NANOS) {
            long second = worker.aboard.element().turn + 1;
            long last = worker.lastTurn;
            worker.calledBackTo = last;
            orders.add(() -> worker.order(Frames.GIVE_BACK, second, last));
          }
        }
      }
      millis = watching ? PATIENCE_MILLIS : 0;
    } finally {
      lock.unlock();
    }
    orders.forEach(Runnable::run);
    return millis;
  }

  private void givenBack(WorkerProcess worker, long first, long last) {
    List<ProcessTrip<?>> returned = new ArrayList<>();
    Load load = null;
    lock.lock();
    try {
      for (ProcessTrip<?> trip : worker.aboard) {
        if (trip.turn >= first && trip.turn <= last) {
          returned.add(trip);
        }
      }
      returned.forEach(trip -> leave(worker, trip));
      if (worker.aboard.isEmpty()) {
        load = load(worker);
      }
    } finally {
      lock.unlock();
    }
    if (load != null) {
      load.send();
    }
    sendElsewhere(returned);
  }

  /** Queues tasks again that have not begun, unless the pool is at its end. */
  private void sendElsewhere(List<ProcessTrip<?>> trips) {
    boolean drop;
    List<Load> loads = new ArrayList<>();
    lock.lock();
    try {
      drop = phase == Phase.STOPPING;
      if (!drop) {
        trips.reversed().stream().filter(trip -> !trip.isDone()).forEach(this::queueAgain);
      }
      while (!queue.isEmpty() && !idle.isEmpty()) {
        loads.add(load(idle.pop()));
      }
    } finally {
      lock.unlock();
    }
    loads.forEach(Load::send);
    if (drop) {
      trips.forEach(this::failClosed);
    }
    endIfDone();
  }

  private void failClosed(ProcessTrip<?> trip) {
    trip.fail(new RejectedExecutionException(this + ": closed before " + trip + " began"));
  }

  private boolean isDueForRecycling(WorkerProcess worker, int answers) {
    worker.answered += answers;
    return (settings.recycleAfterTasks() > 0 && worker.answered >= settings.recycleAfterTasks())
        || (settings.recycleAboveBytes() > 0 && isTooLarge(worker));
  }

  private boolean isTooLarge(WorkerProcess worker) {
    long nowNanos = System.nanoTime();
    if (nowNanos - worker.memoryLookedAtNanos < MEMORY_GLANCE_NANOS) {
      return false;
    }
    worker.memoryLookedAtNanos = nowNanos;
    return ResidentMemory.bytesOf(worker.pid()) > settings.recycleAboveBytes();
  }

  /** Lets a worker end that has nothing to do. */
  private void dismiss(WorkerProcess worker) {
    worker.order(Frames.RETIRE, 0, 0);
    worker.disconnect();
    alarms.in(TIME_TO_END, () -> worker.kill("it did not end when told to"));
  }

  /** A worker's connection failed, mostly because its process is just dying. */
  private void hangUp(WorkerProcess worker, Exception why) {
    lock.lock();
    try {
      if (worker.state == WorkerProcess.State.READY) {
        worker.state = WorkerProcess.State.LOST;
        idle.remove(worker);
      }
    } finally {
      lock.unlock();
    }
    String because = Descriptions.oneLine(why);
    alarms.in(TIME_TO_END, () -> worker.kill(because));
    // Its own thread reports the end, unless a child of the worker holds on to its output.
    alarms.in(TIME_TO_END.multipliedBy(2), () -> ended(worker, "was killed: " + because));
  }

  /** Called by the worker's own thread when the process has ended or could not be started. */
  void ended(WorkerProcess worker, String how) {
    switchboard.execute(() -> bury(worker, how));
  }

  /** Takes what a dead worker has answered before its end. */
  private void takeRest(WorkerProcess worker) {
    for (WorkerLine line : lines) {
      if (line.worker == worker) {
        line.take();
      }
    }
    land();
    lines.removeIf(line -> line.worker == worker);
    forgetRings(worker);
  }

  private void bury(WorkerProcess worker, String how) {
    WorkerProcess.State before;
    lock.lock();
    try {
      before = worker.state;
      worker.state = WorkerProcess.State.DEAD;
      idle.remove(worker);
    } finally {
      lock.unlock();
    }
    if (before == WorkerProcess.State.DEAD) {
      return;
    }
    takeRest(worker);
    worker.disconnect();

    ProcessTrip<?> running;
    List<ProcessTrip<?>> others;
    List<ProcessTrip<?>> hopeless = List.of();
    lock.lock();
    try {
      workers.remove(worker);
      running = worker.aboard.poll();
      others = new ArrayList<>(worker.aboard);
      others.forEach(trip -> leave(worker, trip));
      if (running != null) {
        running.worker = null;
        if (!running.isDone() && phase != Phase.STOPPING && running.deaths++ < settings.retries()) {
          others.addFirst(running);
          running = null;
        }
      }
      if (before == WorkerProcess.State.STARTING && phase != Phase.STOPPING) {
        hopeless = countStartFailure(how);
      } else if (before != WorkerProcess.State.RETIRING) {
        died++;
      }
      hireMissing();
    } finally {
      lock.unlock();
    }
    report(worker, before, how, running);
    if (running != null) {
      running.fail(
          new WorkerDiedException("%s %s while it ran %s".formatted(worker, how, running)));
    }
    String because = how;
    hopeless.forEach(
        trip -> trip.fail(new RejectedExecutionException(this + ": no workers: " + because)));
    sendElsewhere(others);
  }

  /** Under the lock. Returns the tasks for which there is no hope left. */
  private List<ProcessTrip<?>> countStartFailure(String how) {
    startFailures++;
    boolean anybody = workers.stream().anyMatch(w -> w.state == WorkerProcess.State.READY);
    if (anybody || startFailures < START_FAILURES_TO_GIVE_UP) {
      return List.of();
    }
    brokenBecause = "the last one " + how;
    firstReady.countDown();
    List<ProcessTrip<?>> hopeless = List.copyOf(queue);
    queue.clear();
    queuedBytes = 0;
    placeFree.signalAll();
    return hopeless;
  }

  private void report(
      WorkerProcess worker,
      WorkerProcess.State before,
      String how,
      @Nullable ProcessTrip<?> running) {
    switch (before) {
      case READY, LOST ->
          log.log(
              running == null || running.isDone() ? INFO : WARNING,
              () -> "%s: %s %s; it is replaced".formatted(this, worker, how));
      case STARTING -> log.log(WARNING, () -> "%s: %s %s".formatted(this, worker, how));
      case RETIRING, DEAD -> log.log(DEBUG, () -> "%s: %s %s".formatted(this, worker, how));
    }
  }

  void shutdown() {
    lock.lock();
    try {
      if (phase == Phase.OPEN) {
        phase = Phase.DRAINING;
        closing = true;
      }
      placeFree.signalAll();
    } finally {
      lock.unlock();
    }
    switchboard.execute(this::endIfDone);
  }

  /** Returns the tasks that waited; they have failed. */
  List<ProcessTrip<?>> shutdownNow() {
    List<ProcessTrip<?>> waiting;
    lock.lock();
    try {
      if (phase != Phase.ENDED) {
        phase = Phase.STOPPING;
        closing = true;
      }
      waiting = List.copyOf(queue);
      queue.clear();
      queuedBytes = 0;
      placeFree.signalAll();
    } finally {
      lock.unlock();
    }
    waiting.forEach(this::failClosed);
    switchboard.execute(this::interruptAll);
    return waiting;
  }

  private void interruptAll() {
    List<Runnable> orders = new ArrayList<>();
    lock.lock();
    try {
      for (WorkerProcess worker : workers) {
        for (ProcessTrip<?> trip : worker.aboard) {
          long turn = trip.turn;
          orders.add(() -> worker.order(Frames.INTERRUPT, turn, turn));
          killUnlessHeeded(trip, worker, turn, "was to end with its pool");
        }
      }
    } finally {
      lock.unlock();
    }
    orders.forEach(Runnable::run);
    endIfDone();
  }

  /** Ends a closed pool as far as it can be ended at present. On the switchboard's thread. */
  private void endIfDone() {
    if (!closing) {
      return;
    }
    List<WorkerProcess> last = new ArrayList<>();
    boolean over;
    lock.lock();
    try {
      if (phase == Phase.ENDED
          || !queue.isEmpty()
          || workers.stream().anyMatch(worker -> !worker.aboard.isEmpty())) {
        return;
      }
      over = workers.isEmpty();
      phase = over ? Phase.ENDED : Phase.STOPPING;
      idle.clear();
      workers.stream().filter(worker -> worker.state.isHere()).forEach(last::add);
    } finally {
      lock.unlock();
    }
    last.forEach(this::end);
    if (over) {
      closeAll();
    }
  }

  private void end(WorkerProcess worker) {
    boolean ready;
    lock.lock();
    try {
      ready = worker.state == WorkerProcess.State.READY;
      worker.state = WorkerProcess.State.RETIRING;
    } finally {
      lock.unlock();
    }
    if (ready) {
      dismiss(worker);
    } else {
      worker.kill("its pool was closed");
    }
  }

  private void closeAll() {
    switchboard.close();
    alarms.close();
    cache.close();
    try {
      folder.close();
    } catch (IOException e) {
      log.log(WARNING, () -> this + ": left behind: " + Descriptions.oneLine(e));
    }
    ended.countDown();
  }

  boolean isShutdown() {
    lock.lock();
    try {
      return phase != Phase.OPEN;
    } finally {
      lock.unlock();
    }
  }

  boolean isEnded() {
    return ended.getCount() == 0;
  }

  /** Waits as long as ending can take; restores the interrupt flag. */
  void awaitEnd() {
    long leftNanos = settings.grace().plus(TIME_TO_END.multipliedBy(3)).toNanos();
    long deadlineNanos = System.nanoTime() + leftNanos;
    boolean interrupted = false;
    while (leftNanos > 0) {
      try {
        ended.await(leftNanos, TimeUnit.NANOSECONDS);
        break;
      } catch (InterruptedException e) {
        interrupted = true;
        leftNanos = deadlineNanos - System.nanoTime();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  boolean awaitEnd(long timeout, TimeUnit unit) throws InterruptedException {
    return ended.await(timeout, unit);
  }

  PoolFigures figures() {
    lock.lock();
    try {
      int ready = 0;
      int busy = 0;
      for (WorkerProcess worker : workers) {
        ready += worker.state == WorkerProcess.State.READY ? 1 : 0;
        busy += worker.aboard.isEmpty() ? 0 : 1;
      }
      return new PoolFigures(ready, busy, queue.size(), completed, died, recycled);
    } finally {
      lock.unlock();
    }
  }

  /** Returns the processes of the workers, for tests and dumps. */
  List<Long> pids() {
    lock.lock();
    try {
      return workers.stream().map(WorkerProcess::pid).filter(pid -> pid >= 0).toList();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    return "processes:" + settings.workers();
  }
}
