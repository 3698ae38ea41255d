// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An OS thread that drives an event loop until one of its slices overstays.
 *
 * <p>A carrier that was demoted ends with its slice. One that was handed off because it was blocked
 * drives again later.
 */
final class Carrier extends Thread {
  /** How many slices a carrier runs before it looks into the poller again. */
  private static final int SLICES_PER_POLL = 64;

  private final EventLoops loops;

  /** Where the native poller puts events; this thread's alone. */
  final MemorySegment events;

  final Slices slices = new Slices();
  private volatile @Nullable EventLoop loop; // given by start-up or watchdog, who then unparks
  private volatile boolean retired; // ends a spare carrier
  private final Object lowering = new Object(); // held for a few system calls, never in user code
  private volatile boolean released; // W6 in Slices
  private volatile int threadId; // 0 until this thread runs

  // Of the slice that overstayed: written by the watchdog between W4 and W6, cleared by this thread
  // when the slice has ended. Volatile because the watchdog looks whether it has.
  volatile @Nullable Overstay overstay;

  Carrier(EventLoops loops, String name) {
    super(null, null, name, 0, false);
    this.loops = loops;
    this.events =
        loops.os.nativePoller()
            ? Arena.ofAuto()
                .allocate((long) EpollPoller.EVENTS_PER_WAIT * Linux.EPOLL_EVENT_BYTES, 8)
            : MemorySegment.NULL;
    setDaemon(true);
  }

  /** The carrier of the calling virtual thread, or null if it is not one of ours. */
  static @Nullable Carrier current() {
    return JdkInternals.currentCarrier() instanceof Carrier carrier ? carrier : null;
  }

  /** On the thread that it carries: whether that has overstayed, and another drives the loop. */
  boolean lost() {
    return !slices.driving();
  }

  /**
   * On the thread that it carries: whether others should have a turn, at a place that allows it.
   */
  boolean yieldDue() {
    return lost() || System.nanoTime() - slices.startNanos() >= loops.yieldAfterNanos;
  }

  int osThreadId() {
    return threadId;
  }

  /** W6 in {@link Slices}. */
  void release() {
    released = true;
    LockSupport.unpark(this);
  }

  /** Gives this waiting carrier a loop to drive. */
  void drive(EventLoop given) {
    loop = given;
    int itsId = threadId;
    if (itsId != 0) { // otherwise it finds the loop when it begins
      loops.bind(itsId, given);
    }
    LockSupport.unpark(this);
  }

  /** Ends this waiting carrier. */
  void retire() {
    retired = true;
    LockSupport.unpark(this);
  }

  @Override
  public void run() {
    threadId = loops.os.threadId();
    loops.os.askForQuickTurns(threadId);
    EventLoop early = loop;
    if (early != null) { // otherwise drive() finds the number
      loops.bind(threadId, early);
    }
    boolean again = true;
    for (EventLoop given; again && (given = awaitLoop()) != null; ) {
      again = driveUntilTaken(given);
      loop = null;
      if (again) {
        again = loops.becomeSpare(this);
      }
    }
    loops.ended(this);
  }

  /** Null if there will be none. */
  private @Nullable EventLoop awaitLoop() {
    EventLoop given;
    while ((given = loop) == null && !retired) {
      LockSupport.park(this);
    }
    return given;
  }

  /** Runs slices and polls until the loop is taken or stopped; says whether to stay as a spare. */
  private boolean driveUntilTaken(EventLoop driven) {
    boolean waited = true;
    while (!loops.stopped()) {
      for (int i = 0; i < SLICES_PER_POLL; i++) {
        Runnable next = loops.next();
        if (next == null) {
          break;
        }
        if (waited) {
          loops.helpOthers();
          waited = false;
        }
        if (!slice(driven, next)) {
          return leave();
        }
      }
      driven.pauses();
      loops.rest();
      waited = loops.poll(this);
    }
    for (Runnable next; (next = loops.next()) != null; ) {
      if (!slice(driven, next)) {
        return leave();
      }
    }
    return false;
  }

  /** False if the loop was taken meanwhile. */
  private boolean slice(EventLoop driven, Runnable next) {
    long now = System.nanoTime();
    long running = slices.begin(next, now);
    driven.sliceBegan(now, threadId);
    try {
      next.run();
    } catch (Throwable e) {
      // A virtual thread handles what its task throws, so this is a fault of ours or of the JDK's.
      loops.fault(e);
    }
    if (slices.end(running)) {
      loops.endedInTime(next);
      return true;
    }
    return false;
  }

  private boolean leave() {
    while (!released) {
      LockSupport.park(this);
    }
    released = false;
    loops.overstayEnded(this);
    synchronized (lowering) {
      return slices.forgetTaken();
    }
  }

  /**
   * Lowers this thread if its slice was taken as blocked and still runs. Called by the watchdog,
   * under the lock that this thread passes before it ends: its number is its own meanwhile.
   */
  boolean turnComputing(Consumer<Carrier> demote) {
    synchronized (lowering) {
      if (!slices.turnComputing()) {
        return false;
      }
      demote.accept(this);
      return true;
    }
  }
}
