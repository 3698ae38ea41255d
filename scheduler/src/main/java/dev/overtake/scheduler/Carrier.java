// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * An OS thread that drives an event loop until one of its slices overstays.
 *
 * <p>A carrier that was demoted is single-use: it ends with its slice. One that was handed off
 * because it was blocked drives again later.
 */
final class Carrier extends Thread {
  /*
   * End of slice against hand-off. `state` is the number of the slice times four plus a phase.
   *
   *   Carrier                                   Watchdog
   *   C1 current and sliceStart := this slice   W1 read state: RUNNING n
   *   C2 state := RUNNING n (release)           W2 read sliceStart; state still RUNNING n, or give up
   *   C3 run the slice                          W3 judge
   *   C4 compare-and-set RUNNING n to IDLE n    W4 compare-and-set RUNNING n to TAKEN n
   *      failed: the loop is gone; leave           failed: the slice has ended; nothing happens
   *                                             W5 demote, then give the loop to a spare carrier
   *                                             W6 release this carrier: it may end
   *
   * Exactly one of C4 and W4 succeeds, and the number keeps W4 from taking a later slice than the one
   * that was judged. Between W4 and C4 this thread runs handler code while another carrier drives the
   * loop, so nothing of the loop that handler code reaches may belong to a thread.
   *
   * W6 exists because a thread's number may be given to a new thread once it has ended: whoever lowers
   * a thread by its number must know that it lives.
   */
  static final int IDLE = 0;
  static final int RUNNING = 1;
  static final int TAKEN_COMPUTING = 2;
  static final int TAKEN_BLOCKED = 3;

  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Carrier.class, "state", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** How many slices a carrier runs before it looks into the poller again. */
  private static final int SLICES_PER_POLL = 64;

  private final EventLoops loops;

  /** Where the native poller puts events; this thread's alone. */
  final MemorySegment events;

  private volatile long state;
  private long sliceStartNanos; // opaque; pairs with state as C1, C2
  private @Nullable Runnable current; // pairs with state as C1, C2
  private volatile @Nullable EventLoop loop; // given by start-up or watchdog, who then unparks
  private volatile boolean retired; // ends a spare carrier
  private volatile boolean released; // W6
  private volatile int threadId; // 0 until this thread runs

  // Of the slice that overstayed: written by the watchdog between W4 and W6, cleared by this thread
  // when
  // the slice has ended. Volatile because the watchdog looks whether it has.
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

  static int phase(long state) {
    return (int) state & 3;
  }

  long sliceState() {
    return state;
  }

  long slices() {
    return state >>> 2;
  }

  long sliceStartNanos() {
    return (long) SLICE_START.getOpaque(this);
  }

  private static final VarHandle SLICE_START;

  static {
    try {
      SLICE_START =
          MethodHandles.lookup().findVarHandle(Carrier.class, "sliceStartNanos", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  int osThreadId() {
    return threadId;
  }

  /**
   * Whether this carrier still drives its loop, so that what it queues will be run without a wake.
   */
  boolean driving() {
    return phase(state) <= RUNNING;
  }

  /** W4. On success the caller owes W5 and W6. */
  boolean take(long running, int taken) {
    return STATE.compareAndSet(this, running, running - RUNNING + taken);
  }

  /** The continuation of the slice that was taken; only for who took it. */
  Runnable takenSlice() {
    Runnable taken = current;
    if (taken == null) {
      throw new IllegalStateException("no slice was running");
    }
    return taken;
  }

  /** W6. */
  void release() {
    released = true;
    LockSupport.unpark(this);
  }

  /** Gives this waiting carrier a loop to drive. */
  void drive(EventLoop given) {
    loop = given;
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
    boolean again = true;
    while (again && awaitLoop()) {
      again = driveUntilTaken();
      loop = null;
      if (again) {
        again = loops.becomeSpare(this);
      }
    }
    loops.ended(this);
  }

  private boolean awaitLoop() {
    while (loop == null) {
      if (retired) {
        return false;
      }
      LockSupport.park(this);
    }
    return true;
  }

  /** Runs slices and polls until the loop is taken or stopped; says whether to stay as a spare. */
  private boolean driveUntilTaken() {
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
        if (!slice(next)) {
          return leave();
        }
      }
      loops.rest();
      waited = loops.poll(this);
    }
    for (Runnable next; (next = loops.next()) != null; ) {
      if (!slice(next)) {
        return leave();
      }
    }
    return false;
  }

  /** C1 to C4; false if the loop was taken meanwhile. */
  private boolean slice(Runnable next) {
    long running = (state & ~3L) + 4 + RUNNING;
    current = next;
    SLICE_START.setOpaque(this, System.nanoTime());
    STATE.setRelease(this, running);
    try {
      next.run();
    } catch (Throwable e) {
      // A virtual thread handles what its task throws, so this is a fault of ours or of the JDK's.
      loops.fault(e);
    }
    if (STATE.compareAndSet(this, running, running - RUNNING)) {
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
    boolean blocked = phase(state) == TAKEN_BLOCKED;
    loops.overstayEnded(this);
    current = null;
    state = state & ~3L; // IDLE: a spare again, or on its way out
    return blocked;
  }
}
