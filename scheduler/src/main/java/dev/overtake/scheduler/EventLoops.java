// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The run queue, the poller, and the carriers that serve them. This is the {@link Executor} that
 * the JDK hands every virtual thread's continuation to, from any thread and in any state.
 */
final class EventLoops implements Executor {
  /*
   * One queue and one poller for all loops: whichever carrier is free serves whatever is ready, so no
   * thread waits behind a long slice while a carrier is idle. A queue per loop with stealing did not
   * pay on few cores, see decision 0002.
   */
  static final long REST_NANOS = 3_000_000;

  final Os os;
  final String name;
  private final int spareCount;
  final long yieldAfterNanos; // how old a slice may be at a place where its thread can yield
  private final EventLoop[] loops;
  private final boolean pinned; // each loop to a processor
  private final @Nullable Alarms alarms; // null without a watchdog
  private final Poller poller;
  private final RunQueue queue;
  private final Suspects suspects;
  private final ConcurrentLinkedQueue<Carrier> spares = new ConcurrentLinkedQueue<>();
  // Those in `spares`, and those about to be: counted before one is added, so that a carrier
  // that comes back and one that was made in its place are not both kept.
  private final AtomicInteger sparePlaces = new AtomicInteger();
  private final AtomicInteger carriersMade = new AtomicInteger();
  private final Set<Carrier> carriers = ConcurrentHashMap.newKeySet(); // those alive
  private final LongAdder slicesOfEnded = new LongAdder();
  private final AtomicLong longestStallNanos = new AtomicLong();
  private final OverstayListener listener;
  // How long the loops shall rest so that overstaying carriers get their floor: set by the
  // watchdog, taken by carriers between two slices.
  private final AtomicLong owedRestNanos = new AtomicLong();
  private volatile boolean stopped;

  /** Told of overstays, on the carriers that overstayed, when the slice has ended. */
  interface OverstayListener {
    void ended(Overstay overstay, long cpuNanos);
  }

  EventLoops(String name, Scheduler.Builder builder, OverstayListener listener) throws IOException {
    this.name = name;
    this.spareCount = builder.spareCarriers;
    this.yieldAfterNanos = builder.timeSharing ? builder.quantumNanos() / 2 : Long.MAX_VALUE;
    this.os = builder.os.get();
    this.listener = listener;
    this.suspects = new Suspects(builder.maxOverstaying);
    this.poller = os.nativePoller() ? new EpollPoller() : new Poller.WakeOnly();
    this.queue = new RunQueue(poller);
    try {
      this.alarms = builder.timeSharing ? os.alarms(builder.eventLoops) : null;
    } catch (IOException e) {
      poller.close();
      throw e;
    }
    this.loops = new EventLoop[builder.eventLoops];
    for (int i = 0; i < loops.length; i++) {
      loops[i] =
          new EventLoop(i, alarmOf(i, builder.quantumNanos()), new Lengths(builder.quantumNanos()));
    }
    this.pinned = builder.pinned && canPin();
  }

  private boolean canPin() {
    int processors = os.processors();
    if (processors == loops.length) {
      return true;
    }
    System.getLogger(Scheduler.class.getName())
        .log(
            System.Logger.Level.WARNING,
            "{0}: the {1} event loops are not pinned: {2}",
            name,
            loops.length,
            processors == 0
                ? "this system does not tell on which processors the process may run"
                : "the process may run on " + processors + " processors, and each has to get one");
    return false;
  }

  private @Nullable Alarm alarmOf(int loop, long quantumNanos) {
    Alarms all = alarms;
    return all == null
        ? null
        : new Alarm(nanos -> all.set(loop, nanos), os::cpuNanos, quantumNanos);
  }

  void start() {
    for (EventLoop loop : loops) {
      Carrier carrier = takeSpare();
      if (carrier == null) {
        stop();
        closeAlarms(); // no watchdog will
        throw new OutOfMemoryError(name + ": the system gives no thread for an event loop");
      }
      give(loop, carrier);
    }
  }

  EventLoop[] loops() {
    return loops;
  }

  /** Binds a carrier to its loop's processor, if loops have one. */
  void bind(int threadId, EventLoop loop) {
    if (pinned) {
      os.bind(threadId, loop.index);
    }
  }

  /** Lets a carrier that has lost its loop run anywhere. */
  void unbind(int threadId) {
    if (pinned) {
      os.unbind(threadId);
    }
  }

  Suspects suspects() {
    return suspects;
  }

  /** The native poller, or null where there is none. */
  @Nullable EpollPoller epoll() {
    return poller instanceof EpollPoller epoll ? epoll : null;
  }

  /** Never blocks; may be called by any thread. */
  @Override
  public void execute(Runnable continuation) {
    Runnable admitted = suspects.admit(continuation);
    if (admitted != null) {
      enqueue(admitted);
    } else if (stopped) {
      runLeft(); // stop() may have looked before the suspect was there
    } else {
      callWatchdog(); // which lets the suspect in, in the end
    }
  }

  void enqueue(Runnable continuation) {
    queue.add(
        continuation, Thread.currentThread() instanceof Carrier carrier ? carrier.slices : null);
    if (stopped) {
      runLeft(); // the last carrier may have looked before
    }
  }

  /** Runs what is left when the loops have ended, or are about to: late, but each at once. */
  private void runLeft() {
    for (Runnable suspect; (suspect = suspects.letInAnyway()) != null; ) {
      startLate(suspect);
    }
    for (Runnable late; (late = queue.next()) != null; ) {
      startLate(late);
    }
  }

  private void startLate(Runnable continuation) {
    Thread.ofPlatform().daemon().name(name + "-late").start(continuation);
  }

  @Nullable Runnable next() {
    return queue.next();
  }

  /** Lets a carrier look for readiness, waiting if nothing is queued; says whether it waited. */
  boolean poll(Carrier carrier) {
    return queue.poll(carrier.events);
  }

  /** Called by a carrier that has waited and has taken one thread: more may be left for another. */
  void helpOthers() {
    queue.helpOthers();
  }

  /** Lets the watchdog look at everything now, if there is one. */
  void callWatchdog() {
    if (alarms != null) {
      alarms.ring();
    }
  }

  /** Where the watchdog waits. */
  Alarms alarms() {
    Alarms here = alarms;
    if (here == null) {
      throw new IllegalStateException("loops without time sharing");
    }
    return here;
  }

  private void closeAlarms() {
    if (alarms != null) {
      alarms.close();
    }
  }

  /** Whether no loop has anything to do, and no suspect waits. */
  boolean atRest() {
    return queue.waiting() >= loops.length && suspects.noneWaits();
  }

  /**
   * Whether nothing is ready or runs. A thread that was started before is seen in the queue, or
   * else with a carrier that took it from there and does not wait: hence the order.
   */
  boolean quiet() {
    return queue.isEmpty() && atRest() && suspects.overstaying() == 0;
  }

  int queued() {
    return queue.size();
  }

  void oweRest(long nanos) {
    owedRestNanos.set(nanos);
  }

  /** Gives the processor to overstaying carriers for a moment, if they are owed one. */
  void rest() {
    long owed = owedRestNanos.get();
    if (owed > 0) {
      long piece = Math.min(owed, REST_NANOS);
      // Whoever takes the piece rests for it; the other loops go on.
      if (owedRestNanos.compareAndSet(owed, owed - piece) && suspects.overstaying() > 0) {
        LockSupport.parkNanos(this, piece);
      }
    }
  }

  /** Wakes the loops that rest; those that run will at most rest once less. */
  private void endRests() {
    for (EventLoop loop : loops) {
      LockSupport.unpark(loop.carrier);
    }
  }

  void endedInTime(Runnable continuation) {
    suspects.endedInTime(continuation);
  }

  // -- Carriers. Made only by start-up, their maker, and the watchdog if it has none left: a thread
  // inherits its maker's priority.

  /** Makes spare carriers until there are enough of them, or the system gives no more threads. */
  void refillSpares() {
    while (takeSparePlace()) {
      Carrier made = makeCarrier();
      if (made == null) {
        sparePlaces.decrementAndGet();
        return;
      }
      addSpare(made);
    }
  }

  private boolean takeSparePlace() {
    return !stopped && sparePlaces.getAndUpdate(n -> n < spareCount ? n + 1 : n) < spareCount;
  }

  boolean sparesMissing() {
    return sparePlaces.get() < spareCount && !stopped;
  }

  /** Whether half of the spare carriers are in use. */
  boolean fewSpares() {
    return sparePlaces.get() <= spareCount / 2;
  }

  private void addSpare(Carrier carrier) {
    spares.add(carrier);
    if (stopped) {
      retireSpares(); // stop() may have looked before it was there
    }
  }

  private void retireSpares() {
    for (Carrier spare; (spare = pollSpare()) != null; ) {
      spare.retire();
    }
  }

  /** Null if the system gives no thread. */
  private @Nullable Carrier makeCarrier() {
    Carrier made = new Carrier(this, name + "-carrier-" + carriersMade.incrementAndGet());
    carriers.add(made);
    try {
      os.start(made);
      return made;
    } catch (OutOfMemoryError e) {
      carriers.remove(made);
      return null;
    }
  }

  /** A carrier that waits for a loop, or null if the system gives no thread. */
  @Nullable Carrier takeSpare() {
    Carrier spare = pollSpare();
    return spare == null ? makeCarrier() : spare;
  }

  private @Nullable Carrier pollSpare() {
    Carrier spare = spares.poll();
    if (spare != null) {
      sparePlaces.decrementAndGet();
    }
    return spare;
  }

  /** Gives a loop to a carrier that {@link #takeSpare} returned. */
  void give(EventLoop loop, Carrier spare) {
    loop.carrier = spare;
    spare.drive(loop);
  }

  /** A carrier has no loop after all. False: it is not needed. */
  boolean becomeSpare(Carrier carrier) {
    if (!takeSparePlace()) {
      return false;
    }
    addSpare(carrier);
    return true;
  }

  void ended(Carrier carrier) {
    slicesOfEnded.add(carrier.slices.count());
    carriers.remove(carrier);
    if (stopped && carriers.isEmpty()) {
      poller.close();
    }
  }

  /** On the carrier whose slice overstayed, now that it has ended. */
  void overstayEnded(Carrier carrier) {
    Overstay overstay = carrier.overstay;
    if (overstay == null) {
      throw new IllegalStateException("released without an overstay");
    }
    carrier.overstay = null;
    Runnable admitted = suspects.overstayEnded(overstay.continuation());
    if (admitted != null) {
      enqueue(admitted);
    }
    if (suspects.overstaying() == 0) {
      endRests();
    }
    listener.ended(overstay, os.cpuNanos(carrier.osThreadId()));
  }

  void stalled(long nanos) {
    longestStallNanos.accumulateAndGet(nanos, Math::max);
  }

  void fault(Throwable e) {
    System.getLogger(Scheduler.class.getName())
        .log(System.Logger.Level.ERROR, name + ": a continuation failed outside its thread", e);
  }

  boolean stopped() {
    return stopped;
  }

  /** Ends the carriers once each has finished its slice and the queue is empty. */
  void stop() {
    stopped = true;
    retireSpares();
    queue.stop();
    runLeft(); // slices under way may hold every loop for long
    if (carriers.isEmpty()) {
      poller.close(); // otherwise by the last carrier
    }
  }

  // -- Figures.

  long slices() {
    long sum = slicesOfEnded.sum();
    for (Carrier carrier : carriers) {
      sum += carrier.slices.count();
    }
    return sum;
  }

  int carriersAlive() {
    return carriers.size();
  }

  int spares() {
    return spares.size();
  }

  long longestStallNanos() {
    return longestStallNanos.get();
  }
}
