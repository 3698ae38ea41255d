// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that looks at running slices, and hands the loop of an overstaying one to a spare
 * carrier.
 *
 * <p>It judges by CPU time, because on a shared machine a short slice may look long by the clock.
 * It wakes once a quantum while slices run and not at all while every loop waits.
 */
final class Watchdog extends Thread {
  /*
   * When it looks. A slice that begins just after a look is due one quantum after its start, and the
   * start is written by the carrier: so a look a quantum later sees its age, and the next look can be
   * planned for the very moment. No slice grows older than a quantum without a look being due. What is
   * a quantum here may be somewhat more, see Patience.
   *
   * How it judges. The CPU time at the slice's start is unknown: to ask would cost every slice a system
   * call. It is known at the first look at the slice, and the share of the processor that the slice had
   * since then is taken for its share before. Estimated CPU time = age × share. The share is trusted
   * once it was observed for a quarter of a quantum.
   *
   *   estimate ≥ 3/4 quantum           computing: hand off and demote
   *   less, waits in the kernel        blocked: hand off only, once observed for a whole quantum, so that
   *                                    a pause of the whole process is not taken for it
   *   less, is runnable                its time was stolen: leave it, look again
   *
   * The floor. A demoted carrier gets what the kernel leaves it, which beside busy loops is little. Each
   * window, what the overstaying carriers got is compared with their floor. What is missing is owed to
   * them, and made up by letting loops rest: an unprivileged process cannot raise what it has lowered.
   */
  private static final long FLOOR_WINDOW_NANOS = 20_000_000L;
  private static final long MOST_CREDIT_NANOS = 50_000_000L;
  private static final long MOST_DEBT_NANOS = 3 * EventLoops.REST_NANOS;
  private static final int IDLE_LOOKS_BEFORE_SLEEP = 3;
  private static final long FORGIVE_EVERY_NANOS = 250_000_000L;

  private final EventLoops loops;
  private final long quantumNanos;
  private final Demotion demotion;
  private final int hardCap;
  private final double floor;
  private final Witness witness;
  private final Patience patience;
  private final AtomicLong computingHandoffs = new AtomicLong();
  private final AtomicLong blockedHandoffs = new AtomicLong();
  private final AtomicLong demotions = new AtomicLong();
  private volatile boolean stopped;
  private volatile boolean asleep;
  private boolean demotionRefused;
  private boolean hardCapReached;
  private boolean threadsRefused;
  // CPU time of overstaying carriers: of those that compute as of the window's start, of those
  // that were blocked as of their hand-off.
  private final Map<Carrier, Long> overstayingCpuNanos = new HashMap<>();
  private final Map<Carrier, Long> blockedCpuNanos = new HashMap<>();
  private long windowStartNanos;
  private long floorDebtNanos; // what overstaying carriers have got too little; negative: too much

  Watchdog(
      EventLoops loops,
      long quantumNanos,
      Demotion demotion,
      int hardCap,
      double floor,
      Witness witness) {
    super(null, null, loops.name + "-watchdog", 0, false);
    this.loops = loops;
    this.quantumNanos = quantumNanos;
    this.demotion = demotion;
    this.hardCap = hardCap;
    this.floor = floor;
    this.witness = witness;
    this.patience = new Patience(quantumNanos);
    setDaemon(true);
  }

  long computingHandoffs() {
    return computingHandoffs.get();
  }

  long blockedHandoffs() {
    return blockedHandoffs.get();
  }

  long demotions() {
    return demotions.get();
  }

  /** Called by a carrier that has just stopped waiting, before its first slice. */
  void ensureAwake() {
    if (asleep) {
      asleep = false;
      LockSupport.unpark(this);
    }
  }

  void end() {
    stopped = true;
    LockSupport.unpark(this);
  }

  @Override
  public void run() {
    loops.os.askForQuickTurns(loops.os.threadId());
    int idleLooks = 0;
    long lastForgiven = System.nanoTime();
    while (!stopped) {
      long now = System.nanoTime();
      long due = now + quantumNanos;
      for (EventLoop loop : loops.loops()) {
        due = Math.min(due, look(loop, now));
      }
      // Not sooner: to start a thread takes longer than all else here, and who is ready waits.
      if (loops.spares() == 0 || loops.atRest()) {
        loops.refillSpares();
      }
      keepFloor(now);
      if (now - lastForgiven > FORGIVE_EVERY_NANOS) {
        letIn(loops.suspects().forgive(now));
        lastForgiven = now;
      }
      letIn(loops.suspects().letIn());
      idleLooks = loops.atRest() ? idleLooks + 1 : 0;
      if (idleLooks >= IDLE_LOOKS_BEFORE_SLEEP) {
        sleep();
        idleLooks = 0;
      } else {
        waitUntil(due);
      }
    }
  }

  private void letIn(@Nullable Runnable suspect) {
    if (suspect != null) {
      loops.enqueue(suspect);
    }
  }

  private void waitUntil(long due) {
    long remaining = due - System.nanoTime();
    if (remaining > 0) {
      LockSupport.parkNanos(this, remaining);
      patience.ranLate(Math.max(0, System.nanoTime() - due));
    }
  }

  /** Sleeps until a carrier stops waiting. */
  private void sleep() {
    asleep = true;
    // Pairs with ensureAwake(): a carrier lowers the count of waiting ones, then looks at asleep.
    while (asleep && loops.atRest() && !stopped) {
      if (blockedCpuNanos.isEmpty()) {
        LockSupport.park(this);
      } else {
        LockSupport.parkNanos(this, FLOOR_WINDOW_NANOS); // one of them may begin to compute
        break;
      }
    }
    asleep = false;
  }

  /** Looks at one loop and returns when to look again at the latest. */
  private long look(EventLoop loop, long now) {
    long later = now + quantumNanos;
    Carrier carrier = loop.carrier;
    if (carrier == null) {
      return later;
    }
    long state = carrier.slices.state();
    if (Slices.phase(state) != Slices.RUNNING) {
      return later;
    }
    long start = carrier.slices.startNanos();
    if (carrier.slices.state() != state) {
      return later; // that one has ended; the next began after this look
    }
    boolean seenBefore = loop.seenCarrier == carrier && loop.seenState == state;
    if (!seenBefore) {
      loop.seenCarrier = carrier;
      loop.seenState = state;
      loop.seenNanos = now;
      loop.seenCpuNanos = loops.os.cpuNanos(carrier.osThreadId());
    }
    long age = now - start;
    long observed = now - loop.seenNanos;
    long allowed = patience.nanos();
    if (age < allowed || observed < quantumNanos / 4) {
      return Math.max(start + allowed, loop.seenNanos + quantumNanos / 4);
    }
    long cpu = loops.os.cpuNanos(carrier.osThreadId());
    // Where CPU time is not known, the wall clock has to do.
    long used = cpu < 0 || loop.seenCpuNanos < 0 ? observed : cpu - loop.seenCpuNanos;
    double estimate = (double) age * used / observed;
    if (estimate >= 0.75 * quantumNanos) {
      handOff(loop, carrier, state, Slices.TAKEN_COMPUTING, start, cpu);
    } else if (observed >= quantumNanos && loops.os.blocked(carrier.osThreadId())) {
      handOff(loop, carrier, state, Slices.TAKEN_BLOCKED, start, cpu);
    }
    return now + quantumNanos / 4;
  }

  /** W4 to W6, and what has to be told. */
  private void handOff(
      EventLoop loop, Carrier carrier, long state, int taken, long start, long cpu) {
    if (loops.suspects().overstaying() >= hardCap) {
      if (!hardCapReached) {
        hardCapReached = true;
        witness.warn(
            loops.name
                + ": "
                + hardCap
                + " carriers overstay at once, no more are handed off; short requests now wait");
      }
      return;
    }
    Carrier spare = loops.takeSpare();
    if (spare == null) {
      if (!threadsRefused) {
        threadsRefused = true;
        witness.warn(
            loops.name
                + ": the system gives no thread to take over a loop, so short requests now wait;"
                + " raise the limit of threads or lower maxOverstaying");
      }
      return;
    }
    if (!carrier.slices.take(state, taken)) {
      if (!loops.becomeSpare(spare)) {
        spare.retire();
      }
      return;
    }
    Runnable continuation = carrier.slices.taken();
    boolean computing = taken == Slices.TAKEN_COMPUTING;
    // The JDK's pollers have much to do when many sockets are ready at once, and all wait for them.
    boolean poller = JdkInternals.runsPoller(continuation);
    if (computing && !poller) {
      demote(carrier);
    }
    long now = System.nanoTime();
    Overstay overstay =
        new Overstay(loop.index, continuation, computing, start, now, cpu, loops.queued());
    if (poller) {
      loops.suspects().pollerOverstayed();
    } else {
      loops.suspects().overstayed(continuation, now);
    }
    loops.stalled(now - start);
    carrier.overstay = overstay;
    if (cpu >= 0 && !poller) {
      if (overstayingCpuNanos.isEmpty() && blockedCpuNanos.isEmpty()) {
        windowStartNanos = now;
        floorDebtNanos = 0; // others' debts and credits are not theirs
      }
      (computing ? overstayingCpuNanos : blockedCpuNanos).put(carrier, cpu);
    }
    loops.give(loop, spare);
    carrier.release();
    (computing ? computingHandoffs : blockedHandoffs).incrementAndGet();
    witness.handedOff(overstay);
    patience.handedOff(computingHandoffs.get(), witness.falseAlarms());
  }

  /** What was taken as blocked, waiting for a class to be loaded say, may compute afterwards. */
  private void lowerLate() {
    for (var it = blockedCpuNanos.entrySet().iterator(); it.hasNext(); ) {
      var entry = it.next();
      Carrier carrier = entry.getKey();
      long cpu = carrier.overstay == null ? -1 : loops.os.cpuNanos(carrier.osThreadId());
      if (cpu < 0) {
        it.remove();
      } else if (cpu - entry.getValue() >= quantumNanos) {
        it.remove();
        if (carrier.turnComputing(this::demote)) {
          blockedHandoffs.decrementAndGet();
          computingHandoffs.incrementAndGet();
          overstayingCpuNanos.put(carrier, cpu);
        }
      }
    }
  }

  private void keepFloor(long now) {
    long window = now - windowStartNanos;
    boolean none = overstayingCpuNanos.isEmpty() && blockedCpuNanos.isEmpty();
    if (none || window < FLOOR_WINDOW_NANOS) {
      return;
    }
    windowStartNanos = now;
    lowerLate();
    long got = 0;
    boolean wanted = false;
    for (var it = overstayingCpuNanos.entrySet().iterator(); it.hasNext(); ) {
      var entry = it.next();
      Carrier carrier = entry.getKey();
      long cpu = carrier.overstay == null ? -1 : loops.os.cpuNanos(carrier.osThreadId());
      if (cpu < 0) {
        it.remove();
        continue;
      }
      long used = cpu - entry.setValue(cpu);
      got += used;
      wanted |= used > 0 || !loops.os.blocked(carrier.osThreadId());
    }
    long due = (long) (floor * Math.min(window, 2 * FLOOR_WINDOW_NANOS) * loops.loops().length);
    floorDebtNanos += due - got;
    floorDebtNanos = Math.clamp(floorDebtNanos, -MOST_CREDIT_NANOS, MOST_DEBT_NANOS);
    // In few long pieces: each piece delays all that arrive meanwhile.
    loops.oweRest(wanted && floorDebtNanos >= EventLoops.REST_NANOS ? floorDebtNanos : 0);
  }

  private void demote(Carrier carrier) {
    if (demotion == Demotion.NONE) {
      return;
    }
    if (loops.os.demote(carrier.osThreadId(), demotion)) {
      demotions.incrementAndGet();
    } else if (!demotionRefused) {
      demotionRefused = true;
      witness.warn(
          loops.name
              + ": the system does not lower the priority of overstaying carriers (demotion="
              + demotion
              + "); they keep an equal share");
    }
  }
}
