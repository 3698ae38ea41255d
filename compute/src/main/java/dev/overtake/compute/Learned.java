// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends a task away if its own cost is above that of the trip, both as measured; otherwise the
 * caller runs it.
 */
final class Learned implements Compute {
  /*
   * The price of a task here is the time it takes from its caller. Away it is what the trip takes
   * from everybody, and not the time for which somebody waits: neither the wait for a free worker
   * nor that for a processor takes anything from others. So a trip is as dear as a fast one of late was
   * longer than its task: the fastest of eight, as the very fastest is one that met a worker awake and
   * nobody else. To send away what costs more than that is right to within the error of both figures.
   *
   * A task's cost is learned wherever it runs, for whoever runs it tells. So nothing needs to be
   * tried out for it, and a belief that has become wrong corrects itself at the next tasks. Where
   * nothing is known yet, a task goes away: at worst that costs one trip, here it could cost hours.
   * A trip's cost is learned from trips alone; if everything is cheap there are none, so now and
   * then a task goes away for this reason only. A purse pays for that, and is filled with a
   * hundredth of the time that tasks are measured to take here.
   *
   * To measure costs something, too: beside a task of a microsecond the clock and the samples' lock
   * are dear. So of tasks that are far cheaper than a trip one in a millisecond is measured. Which
   * one does not depend on how long it takes, or the median would be wrong. Tasks that become dear
   * are found out as early as ever, but for one: it lasts until the next has to be measured.
   *
   * Cost is wall time, a median. A thread's processor time is not to be had for a virtual thread,
   * and a task that mostly waits would seem free by it.
   */

  /** Before the first trip of a kind. */
  private static final long TRIP_AT_FIRST_NANOS = Duration.ofNanos(100_000).toNanos();

  /** Whatever trips seem to cost: no task that takes longer is worth a caller's time. */
  private static final long DEAREST_TRIP_NANOS = Duration.ofMillis(1).toNanos();

  /** A task that is so many times cheaper than a trip is cheap, however wrong both figures are. */
  private static final int FAR_CHEAPER = 8;

  private static final long PAUSE_BETWEEN_CHEAP_NANOS = Duration.ofMillis(1).toNanos();

  private static final int COSTS_KEPT = 5;
  private static final int TRIPS_KEPT = 32;
  private static final int TRIPS_PER_FAST_ONE = 8;

  private static final long PAUSE_BETWEEN_TRIALS_NANOS = Duration.ofMillis(50).toNanos();
  private static final long TRIALS_SHARE = 100;
  private static final long FULL_PURSE_NANOS = 8 * DEAREST_TRIP_NANOS;

  /** Who has more kinds has named tasks, not kinds; the rest share one. */
  private static final int MOST_KINDS = 256;

  private static final String OTHER_KINDS = "(other)";

  private final Compute elsewhere;
  private final LongSupplier nanoClock;
  private final InstantSource clock;
  private final ConcurrentMap<String, Kind> kinds = new ConcurrentHashMap<>();
  private volatile boolean closed;

  Learned(Compute elsewhere) {
    this(elsewhere, System::nanoTime, InstantSource.system());
  }

  Learned(Compute elsewhere, LongSupplier nanoClock, InstantSource clock) {
    this.elsewhere = elsewhere;
    this.nanoClock = nanoClock;
    this.clock = clock;
  }

  @Override
  public void start() throws IOException {
    elsewhere.start();
  }

  @Override
  public <T extends @Nullable Object> T call(Task<T> task)
      throws ExecutionException, InterruptedException {
    admit(task);
    Kind kind = kindOf(task);
    Band band = kind.bandOf(task.hint());
    long begunNanos = nanoClock.getAsLong();
    if (kind.knowsToBeCheap(band, begunNanos)) {
      return Inline.INSTANCE.call(task);
    }
    if (isToTravel(kind, band, begunNanos)) {
      Trip<T> trip = depart(task);
      if (trip != null) {
        return travel(trip, kind, band, begunNanos);
      }
    }
    try {
      return Inline.INSTANCE.call(task);
    } finally {
      stayed(kind, band, begunNanos);
    }
  }

  @Override
  public <T extends @Nullable Object> Trip<T> submit(Task<T> task) {
    admit(task);
    Kind kind = kindOf(task);
    Band band = kind.bandOf(task.hint());
    long begunNanos = nanoClock.getAsLong();
    if (kind.knowsToBeCheap(band, begunNanos)) {
      return Inline.INSTANCE.submit(task);
    }
    if (isToTravel(kind, band, begunNanos)) {
      Trip<T> trip = depart(task);
      if (trip != null) {
        return new Watched<>(trip, band);
      }
    }
    Trip<T> trip = Inline.INSTANCE.submit(task);
    stayed(kind, band, begunNanos);
    return trip;
  }

  private void admit(Task<?> task) {
    if (closed) {
      throw new RejectedExecutionException(
          this + ": closed; " + Descriptions.of(task) + " is not taken");
    }
  }

  private boolean isToTravel(Kind kind, Band band, long nowNanos) {
    long cost = band.cost.nanos();
    boolean travels = cost == Samples.NONE || cost > kind.tripNanos();
    band.decided(travels, clock);
    return travels || kind.isToBeTried(nowNanos);
  }

  /** Returns null if nobody elsewhere takes it: then here is better than nowhere. */
  private <T extends @Nullable Object> @Nullable Trip<T> depart(Task<T> task) {
    try {
      return elsewhere.submit(task);
    } catch (RejectedExecutionException e) {
      if (closed) {
        throw e;
      }
      return null;
    }
  }

  private <T extends @Nullable Object> T travel(Trip<T> trip, Kind kind, Band band, long begunNanos)
      throws ExecutionException, InterruptedException {
    try {
      return trip.get();
    } catch (InterruptedException e) {
      trip.cancel(true);
      throw e;
    } finally {
      long nowNanos = nanoClock.getAsLong();
      long runNanos = trip.runNanos();
      if (runNanos >= 0) {
        band.cost.note(runNanos, nowNanos);
        kind.travelled(nowNanos - begunNanos - runNanos - trip.waitedNanos(), nowNanos);
      }
    }
  }

  private void stayed(Kind kind, Band band, long begunNanos) {
    long nowNanos = nanoClock.getAsLong();
    band.cost.note(nowNanos - begunNanos, nowNanos);
    kind.fillPurse(nowNanos - begunNanos);
  }

  private Kind kindOf(Task<?> task) {
    Kind known = kinds.get(task.kind());
    if (known != null) {
      return known;
    }
    String name = kinds.size() < MOST_KINDS ? task.kind() : OTHER_KINDS;
    return kinds.computeIfAbsent(name, _ -> new Kind(nanoClock.getAsLong()));
  }

  @Override
  public void close() {
    closed = true;
    elsewhere.close();
  }

  @Override
  public List<Belief> beliefs() {
    List<Belief> beliefs = new ArrayList<>();
    kinds.keySet().stream().sorted().forEach(name -> addBeliefs(name, kinds.get(name), beliefs));
    return beliefs;
  }

  private static void addBeliefs(String name, @Nullable Kind kind, List<Belief> beliefs) {
    for (int index = 0; kind != null && index < HintBands.COUNT; index++) {
      Band band = kind.bands.get(index);
      if (band != null && band.cost.nanos() != Samples.NONE) {
        beliefs.add(
            new Belief(
                name,
                HintBands.least(index),
                HintBands.greatest(index),
                band.cost.nanos(),
                kind.tripNanos(),
                band.travels,
                band.since));
      }
    }
  }

  @Override
  public String toString() {
    return "learned," + elsewhere;
  }

  private final class Kind {
    final AtomicReferenceArray<@Nullable Band> bands = new AtomicReferenceArray<>(HintBands.COUNT);
    private final Samples trips = new Samples(TRIPS_KEPT, TRIPS_PER_FAST_ONE);
    private final AtomicLong purseNanos = new AtomicLong(FULL_PURSE_NANOS);
    private volatile long lastTripNanos; // when, for the pause between trials

    Kind(long nowNanos) {
      lastTripNanos = nowNanos - PAUSE_BETWEEN_TRIALS_NANOS;
    }

    Band bandOf(long hint) {
      int index = HintBands.indexOf(hint);
      Band band = bands.get(index);
      if (band == null) {
        Band fresh = new Band(clock.instant());
        Band other = bands.compareAndExchange(index, null, fresh);
        band = other == null ? fresh : other;
      }
      return band;
    }

    long tripNanos() {
      long fast = trips.nanos();
      return fast == Samples.NONE ? TRIP_AT_FIRST_NANOS : Math.min(fast, DEAREST_TRIP_NANOS);
    }

    /** Whether that is decided, and there is nothing to learn just now. */
    boolean knowsToBeCheap(Band band, long nowNanos) {
      return !band.travels
          && band.cost.nanos() < tripNanos() / FAR_CHEAPER
          && nowNanos - band.cost.notedNanos() < PAUSE_BETWEEN_CHEAP_NANOS;
    }

    void travelled(long overheadNanos, long nowNanos) {
      trips.note(Math.max(0, overheadNanos), nowNanos);
      lastTripNanos = nowNanos;
    }

    void fillPurse(long ranHereNanos) {
      if (purseNanos.get() < FULL_PURSE_NANOS) {
        purseNanos.addAndGet(ranHereNanos / TRIALS_SHARE);
      }
    }

    /** Whether it is time for a trip that is made for its own sake, and there is money for it. */
    boolean isToBeTried(long nowNanos) {
      if (nowNanos - lastTripNanos < PAUSE_BETWEEN_TRIALS_NANOS) {
        return false;
      }
      long price = tripNanos();
      if (purseNanos.get() < price) {
        return false;
      }
      purseNanos.addAndGet(-price);
      lastTripNanos = nowNanos; // so that no other caller tries as well
      return true;
    }
  }

  private static final class Band {
    final Samples cost = new Samples(COSTS_KEPT, 2);
    volatile boolean travels = true;
    volatile Instant since;

    Band(Instant since) {
      this.since = since;
    }

    void decided(boolean travelsNow, InstantSource clock) {
      if (travels != travelsNow) {
        travels = travelsNow;
        since = clock.instant();
      }
    }
  }

  /** A trip whose task's cost is noted when its result is fetched. */
  private final class Watched<T extends @Nullable Object> implements Trip<T> {
    private final Trip<T> trip;
    private final Band band;

    Watched(Trip<T> trip, Band band) {
      this.trip = trip;
      this.band = band;
    }

    private void note() {
      long runNanos = trip.runNanos();
      if (runNanos >= 0) {
        band.cost.note(runNanos, nanoClock.getAsLong());
      }
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
      try {
        return trip.get();
      } finally {
        note();
      }
    }

    @Override
    public T get(long timeout, TimeUnit unit)
        throws InterruptedException, ExecutionException, TimeoutException {
      try {
        return trip.get(timeout, unit);
      } finally {
        note();
      }
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      return trip.cancel(mayInterruptIfRunning);
    }

    @Override
    public boolean isCancelled() {
      return trip.isCancelled();
    }

    @Override
    public boolean isDone() {
      return trip.isDone();
    }

    @Override
    public long runNanos() {
      return trip.runNanos();
    }

    @Override
    public long waitedNanos() {
      return trip.waitedNanos();
    }
  }
}
