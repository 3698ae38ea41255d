// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that looks at running slices, and hands the loop of an overstaying one to a spare
 * carrier.
 *
 * <p>It judges by CPU time, because on a shared machine a short slice may look long by the clock.
 * It wakes when a slice may have become a quantum old, and not at all while slices are short.
 */
final class Watchdog extends Thread {
  /*
   * When it looks. A loop's alarm calls it when a slice is between three quarters of a quantum and a quantum
   * and a quarter old, see Alarm. The slice's start is written by the carrier: if it is still young, the
   * next look is planned for the very moment at which it will be a quantum old. What is a quantum here
   * may be somewhat more, see Patience. Who has ended by then has set the alarm for who came next.
   *
   * How it judges, once the slice is a quantum old. What the slice has had of a processor is in Usage.
   *
   *   waits in the kernel               blocked: hand off only, once observed for a whole quantum and seen
   *                                     waiting at two looks in a row. After a pause of the whole
   *                                     process, for the collector say, this thread may look before the
   *                                     carrier has been woken, but the carrier is awake at the next look
   *   else, nothing is missing          computing: hand off and demote
   *   else                              its time was stolen: leave it, look again
   *
   * The floor. A demoted carrier gets what the kernel leaves it, which beside busy loops is little. Each
   * window, what the overstaying carriers got is compared with their floor. What is missing is owed to
   * them, and made up by letting loops rest: an unprivileged process cannot raise what it has lowered.
   */
  private static final long FLOOR_WINDOW_NANOS = 20_000_000L;
  private static final long MOST_CREDIT_NANOS = 50_000_000L;
  private static final long MOST_DEBT_NANOS = 3 * EventLoops.REST_NANOS;
  private static final long REFILL_AFTER_NANOS = 100_000_000L;
  private static final long FORGIVE_EVERY_NANOS = 250_000_000L;

  private static final long NEVER = Long.MAX_VALUE;

  private final EventLoops loops;
  private final CarrierMaker maker;
  private final Alarms alarms;
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
  private volatile boolean waitsForAlarms; // and for nothing else
  private boolean demotionRefused;
  private boolean hardCapReached;
  private boolean threadsRefused;
  // CPU time of overstaying carriers: of those that compute as of the window's start, of those
  // that were blocked as of their hand-off.
  private final Map<Carrier, Long> overstayingCpuNanos = new HashMap<>();
  private final Map<Carrier, Long> blockedCpuNanos = new HashMap<>();
  private long asleepNanos = System.nanoTime(); // when the latest wait began
  private long handedOffNanos = System.nanoTime(); // the latest
  private long forgivenNanos = System.nanoTime(); // when those whose second is over were last
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
    this.maker = new CarrierMaker(loops);
    this.alarms = loops.alarms();
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

  /** Whether it has nothing to do until an alarm goes off. */
  boolean waitsForAlarms() {
    return waitsForAlarms;
  }

  @Override
  public void start() {
    maker.start();
    super.start();
  }

  void end() {
    stopped = true;
    alarms.ring();
    maker.end();
  }

  @Override
  public void run() {
    loops.os.askForQuickTurns(loops.os.threadId());
    if (demotion != Demotion.NONE) {
      loops.os.getReadyToDemote();
    }
    while (!stopped) {
      long now = System.nanoTime();
      long wait = NEVER;
      for (EventLoop loop : loops.loops()) {
        wait = Math.min(wait, look(loop, now));
      }
      learnFromSlices();
      setAlarmsQuantum();
      wait = Math.min(wait, refillSpares(now));
      wait = Math.min(wait, keepFloor(now));
      wait = Math.min(wait, letSuspectsIn(now));
      await(wait, now);
    }
    alarms.close();
  }

  private void await(long nanos, long since) {
    asleepNanos = System.nanoTime();
    if (nanos == NEVER) {
      waitsForAlarms = true;
      alarms.await(NEVER);
      waitsForAlarms = false;
      return;
    }
    long remaining = nanos - (asleepNanos - since);
    if (remaining > 0) {
      alarms.await(remaining);
      long late = System.nanoTime() - since - nanos;
      if (late >= 0) { // not if something else has ended the wait
        patience.ranLate(late);
      }
    }
  }

  private void learnFromSlices() {
    long slices = 0;
    long longOnes = 0;
    for (EventLoop loop : loops.loops()) {
      slices += loop.lengths.slices();
      longOnes += loop.lengths.longOnes();
    }
    patience.ran(slices, longOnes, witness.overstaysEnded(), witness.endedSoon());
  }

  private void setAlarmsQuantum() {
    long quantum = patience.quantaNanos();
    if (quantum == quantumNanos && !overstayingCpuNanos.isEmpty()) {
      quantum /= 2;
    }
    for (EventLoop loop : loops.loops()) {
      alarmOf(loop).quantum(quantum);
    }
  }

  private static Alarm alarmOf(EventLoop loop) {
    return Objects.requireNonNull(loop.alarm);
  }

  /** Has spare carriers made, if it is time to, and returns how long to wait before that. */
  private long refillSpares(long now) {
    if (!loops.sparesMissing()) {
      return NEVER;
    }
    // To start a thread takes processor time that those who are ready could use.
    long sinceHandoff = now - handedOffNanos;
    if (loops.fewSpares() || loops.atRest() || sinceHandoff >= REFILL_AFTER_NANOS) {
      maker.call();
      return REFILL_AFTER_NANOS; // the system may refuse
    }
    return REFILL_AFTER_NANOS - sinceHandoff;
  }

  private long letSuspectsIn(long now) {
    Suspects suspects = loops.suspects();
    if (suspects.none() && suspects.noneWaits()) {
      return NEVER;
    }
    if (now - forgivenNanos > FORGIVE_EVERY_NANOS) {
      letIn(suspects.forgive(now));
      forgivenNanos = now;
    }
    letIn(suspects.letIn());
    return suspects.noneWaits() ? FORGIVE_EVERY_NANOS : quantumNanos;
  }

  private void letIn(@Nullable Runnable suspect) {
    if (suspect != null) {
      loops.enqueue(suspect);
    }
  }

  /** Looks at one loop, if it is time to, and returns how long to wait before the next look. */
  private long look(EventLoop loop, long now) {
    Alarm alarm = alarmOf(loop);
    if (!alarms.wentOff(loop.index) && (!loop.watched || alarm.set())) {
      loop.watched = false;
      return NEVER; // its alarm will call
    }
    alarm.lookBegins();
    loop.watched = false;
    Carrier carrier = loop.carrier;
    if (carrier == null) {
      return NEVER;
    }
    long state = carrier.slices.state();
    if (Slices.phase(state) != Slices.RUNNING) {
      return NEVER;
    }
    long start = carrier.slices.startNanos();
    if (carrier.slices.state() != state) {
      return NEVER; // that one has ended; the next one sets the alarm
    }
    loop.watched = true;
    boolean seenBefore = loop.seenCarrier == carrier && loop.seenState == state;
    if (!seenBefore) {
      loop.seenCarrier = carrier;
      loop.seenState = state;
      loop.seenWaiting = false;
      Alarm.Mark mark = alarm.mark();
      boolean itsOwn = mark.threadId() == carrier.osThreadId();
      loop.seenNanos = itsOwn ? mark.nanos() : now;
      loop.seenCpuNanos = itsOwn ? mark.cpuNanos() : loops.os.cpuNanos(carrier.osThreadId());
      loop.pauseNanos = itsOwn ? pauseSince(mark.dueNanos(), now) : 0;
    }
    long age = now - start;
    long allowed = patience.nanos();
    if (age < allowed) {
      return allowed - age;
    }
    long observed = now - loop.seenNanos;
    long cpu = loops.os.cpuNanos(carrier.osThreadId());
    long sinceMark = cpu < 0 || loop.seenCpuNanos < 0 ? -1 : cpu - loop.seenCpuNanos;
    Usage usage = Usage.of(age, observed, sinceMark, loop.pauseNanos);
    long missing = usage.missingNanos(quantumNanos);
    boolean computed = missing <= 0;
    boolean longEnough = observed >= quantumNanos;
    boolean waits = // a file is read to know
        usage.leavesTimeToWait()
            && (computed || longEnough)
            && loops.os.blocked(carrier.osThreadId());
    if (computed && !waits) {
      handOff(loop, carrier, state, Slices.TAKEN_COMPUTING, start, cpu);
    } else if (waits && longEnough && loop.seenWaiting) {
      handOff(loop, carrier, state, Slices.TAKEN_BLOCKED, start, cpu);
    }
    loop.seenWaiting = waits;
    return loop.watched ? Math.max(quantumNanos / 4, waits ? 0 : missing) : NEVER;
  }

  /** For how long the machine has stood still, if it has: this thread slept on for a quantum. */
  private long pauseSince(long planned, long now) {
    long late = now - Math.max(planned, asleepNanos);
    return late > quantumNanos ? late : 0;
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
    loops.unbind(carrier.osThreadId());
    Runnable continuation = carrier.slices.taken();
    boolean computing = taken == Slices.TAKEN_COMPUTING;
    // The JDK's pollers have much to do when many sockets are ready at once, and all wait for them.
    boolean poller = JdkInternals.runsPoller(continuation);
    if (computing && !poller) {
      demote(carrier);
    }
    long now = System.nanoTime();
    handedOffNanos = now;
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
    loop.watched = false;
    loops.give(loop, spare);
    // The kernel may pass over who takes over: to be woken is to let it choose again.
    alarms.set(loop.index, quantumNanos / 4);
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

  /** Sees to the floor once a window, and returns how long to wait before the next look. */
  private long keepFloor(long now) {
    if (overstayingCpuNanos.isEmpty() && blockedCpuNanos.isEmpty()) {
      return NEVER;
    }
    long window = now - windowStartNanos;
    if (window < FLOOR_WINDOW_NANOS) {
      return FLOOR_WINDOW_NANOS - window;
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
    return FLOOR_WINDOW_NANOS;
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
