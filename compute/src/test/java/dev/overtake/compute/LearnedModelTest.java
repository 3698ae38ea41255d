// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.SplittableRandom;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What {@link Learned} decides where time is simulated: tasks and trips cost what the test says,
 * and the test adds up the prices that were paid.
 */
final class LearnedModelTest {
  private static final long MICROS = 1_000;
  private static final long MILLIS = 1_000_000;
  private static final long SECONDS = 1_000_000_000;

  /** What the class promises: so much more than the better of here and away, at most. */
  private static final double MARGIN = 0.10;

  private final SplittableRandom random = new SplittableRandom(42);
  private long nowNanos = 1_000 * SECONDS;
  private LongUnaryOperator costOfHint = n -> n;
  private long tripNanos = 50 * MICROS;
  private long waitNanos;
  private boolean full;
  private double noise;

  private int clockReadings;
  private long trips;
  private long priceNanos;
  private long bestPriceNanos;

  private final Learned learned =
      new Learned(new SimulatedPool(), this::readClock, () -> Instant.EPOCH.plusNanos(nowNanos));

  private long readClock() {
    clockReadings++;
    return nowNanos;
  }

  /** A place where time passes as the test says. */
  private final class SimulatedPool implements Compute {
    @Override
    public void start() {}

    @Override
    public <T extends @Nullable Object> Trip<T> submit(Task<T> task) {
      if (full) {
        throw new RejectedExecutionException("full");
      }
      trips++;
      long costNanos = disturbed(costOfHint.applyAsLong(task.hint()));
      long overheadNanos = disturbed(tripNanos);
      nowNanos += costNanos + overheadNanos + waitNanos;
      priceNanos += overheadNanos;
      return new SimulatedTrip<>(costNanos, waitNanos);
    }

    @Override
    public void close() {}
  }

  private static final class SimulatedTrip<T extends @Nullable Object> extends FutureTask<T>
      implements Trip<T> {
    private final long runNanos;
    private final long waitedNanos;

    @SuppressWarnings("NullAway") // a result that nobody looks at
    SimulatedTrip(long runNanos, long waitedNanos) {
      super(() -> null);
      this.runNanos = runNanos;
      this.waitedNanos = waitedNanos;
      run();
    }

    @Override
    public long runNanos() {
      return runNanos;
    }

    @Override
    public long waitedNanos() {
      return waitedNanos;
    }
  }

  /** Twenty percent more or less, and now and then something took the processor away. */
  private long disturbed(long nanos) {
    if (noise == 0) {
      return nanos;
    }
    double stolen = random.nextInt(20) == 0 ? 10 : 1;
    return (long) (nanos * (1 + noise * (2 * random.nextDouble() - 1)) * stolen);
  }

  private void call(long hint) throws Exception {
    bestPriceNanos += Math.min(costOfHint.applyAsLong(hint), tripNanos);
    learned.call(
        new Task<>(
            "simulated",
            hint,
            () -> {
              long costNanos = disturbed(costOfHint.applyAsLong(hint));
              nowNanos += costNanos;
              priceNanos += costNanos;
              return hint;
            }));
  }

  private void call(long hint, int times) throws Exception {
    for (int i = 0; i < times; i++) {
      call(hint);
    }
  }

  private boolean travels(long hint) {
    return learned.beliefs().stream()
        .filter(belief -> belief.leastHint() <= hint && hint <= belief.greatestHint())
        .findFirst()
        .orElseThrow()
        .travels();
  }

  private void forgetPrices() {
    trips = 0;
    priceNanos = 0;
    bestPriceNanos = 0;
  }

  /** As fib: each step costs 1.6 times the one before; n = 20 is 20 microseconds. */
  private static long fibCost(long n) {
    return (long) (20 * MICROS * Math.pow(1.618, (double) n - 20));
  }

  @Test
  void sendsAwayWhatItDoesNotKnow() throws Exception {
    costOfHint = _ -> 3600 * SECONDS;

    call(7);

    assertThat(trips).isEqualTo(1);
    assertThat(priceNanos).isEqualTo(tripNanos);
  }

  @Test
  void findsTheBreakEvenByItself() throws Exception {
    costOfHint = LearnedModelTest::fibCost;
    for (int round = 0; round < 20; round++) {
      for (long n = 1; n <= 35; n++) {
        call(n);
      }
    }

    // fib(21) takes 32 microseconds, fib(22) 52, and a trip 50.
    for (long n = 1; n <= 35; n++) {
      assertThat(travels(n)).as("n=%d", n).isEqualTo(n >= 22);
    }
    assertThat(learned.beliefs())
        .allSatisfy(belief -> {
          assertThat(belief.tripNanos()).isEqualTo(tripNanos);
          assertThat(belief.costNanos()).isEqualTo(fibCost(belief.leastHint()));
        });
  }

  @Test
  void staysWithinItsMarginOfTheBetterPlace() throws Exception {
    costOfHint = LearnedModelTest::fibCost;
    for (int i = 0; i < 20_000; i++) {
      call(random.nextLong(1, 36));
    }

    assertThat((double) priceNanos).isLessThan((1 + MARGIN) * bestPriceNanos);
  }

  @Test
  void staysWithinItsMarginWhereMeasurementsAreNoisy() throws Exception {
    noise = 0.2;
    costOfHint = LearnedModelTest::fibCost;
    for (int i = 0; i < 20_000; i++) {
      call(random.nextLong(1, 36));
    }

    // A disturbed price is dearer wherever it is paid: 1.45 times on average.
    assertThat(priceNanos / 1.45).isLessThan((1 + MARGIN) * bestPriceNanos);
  }

  @Test
  void triesLittleOnceEverythingIsCheap() throws Exception {
    costOfHint = _ -> MICROS;
    call(1, 100_000);
    forgetPrices();

    call(1, 1_000_000);

    assertThat(trips).isPositive();
    assertThat((double) priceNanos)
        .isCloseTo((double) bestPriceNanos, within(0.02 * bestPriceNanos));
  }

  @Test
  void aRareCallDoesNotPayForTrials() throws Exception {
    costOfHint = _ -> MICROS;
    call(1, 1_000);
    long purse = 8 * MILLIS;
    forgetPrices();

    for (int i = 0; i < 10_000; i++) {
      nowNanos += SECONDS;
      call(1);
    }

    assertThat(priceNanos).isLessThan(bestPriceNanos + bestPriceNanos / 50 + purse);
  }

  @Test
  void noticesThatATaskHasBecomeDear() throws Exception {
    costOfHint = _ -> 10 * MICROS;
    call(1, 1_000);
    assertThat(travels(1)).isFalse();
    costOfHint = _ -> 10 * MILLIS;
    forgetPrices();

    call(1, 100);

    assertThat(travels(1)).isTrue();
    assertThat(trips).isGreaterThanOrEqualTo(97);
  }

  @Test
  void noticesItOneTaskLaterAmongThoseThatAreNotMeasured() throws Exception {
    costOfHint = _ -> MICROS;
    call(1, 1_000);
    do {
      clockReadings = 0;
      call(1);
    } while (clockReadings == 1);
    costOfHint = _ -> SECONDS;
    forgetPrices();

    call(1, 10);

    assertThat(travels(1)).isTrue();
    assertThat(trips).isGreaterThanOrEqualTo(6);
  }

  @Test
  void measuresOneInAMillisecondOfWhatIsFarCheaperThanATrip() throws Exception {
    costOfHint = _ -> MICROS;
    call(1, 1_000);
    clockReadings = 0;

    call(1, 10_000);

    assertThat(clockReadings).isBetween(10_000, 10_020);
  }

  @Test
  void measuresEachTaskThatIsNearlyAsDearAsATrip() throws Exception {
    costOfHint = _ -> 20 * MICROS;
    call(1, 1_000);
    clockReadings = 0;

    call(1, 1_000);

    assertThat(clockReadings).isGreaterThanOrEqualTo(2_000);
  }

  @Test
  void noticesThatATaskHasBecomeCheap() throws Exception {
    costOfHint = _ -> 10 * MILLIS;
    call(1, 1_000);
    assertThat(travels(1)).isTrue();
    costOfHint = _ -> MICROS;
    forgetPrices();

    call(1, 100);

    assertThat(travels(1)).isFalse();
    assertThat(trips).isLessThan(10);
  }

  @Test
  void noticesThatTripsHaveBecomeDearAndCheapAgain() throws Exception {
    costOfHint = _ -> 100 * MICROS;
    call(1, 1_000);
    assertThat(travels(1)).isTrue();

    // A slow trip may be a trip through a crowd, so it takes a while.
    tripNanos = 500 * MICROS;
    call(1, 50_000);
    assertThat(travels(1)).isFalse();

    tripNanos = 50 * MICROS;
    call(1, 5_000);
    assertThat(travels(1)).isTrue();
  }

  @Test
  void aLuckyTripNowAndThenDecidesNothing() throws Exception {
    costOfHint = n -> n == 1 ? 10 * MILLIS : 100 * MICROS;
    for (int i = 0; i < 1_000; i++) {
      tripNanos = (i % 20 == 0 ? 50 : 500) * MICROS;
      call(1);
    }
    forgetPrices();

    call(2, 100);

    assertThat(travels(2)).isFalse();
    assertThat(trips).isLessThan(10);
  }

  @Test
  void aCrowdedPoolDoesNotMakeLongTasksStay() throws Exception {
    costOfHint = _ -> 5 * MILLIS;
    waitNanos = 10 * SECONDS;
    tripNanos = 20 * MILLIS;
    call(1, 100);
    forgetPrices();

    call(1, 100);

    assertThat(trips).isEqualTo(100);
  }

  @Test
  void forgetsAfterAPause() throws Exception {
    costOfHint = _ -> 10 * MILLIS;
    call(1, 1_000);
    nowNanos += 3_600 * SECONDS;
    costOfHint = _ -> MICROS;

    call(1);

    call(1);
    assertThat(travels(1)).isFalse();
  }

  @Test
  void runsHereWhatAFullPoolRejects() throws Exception {
    costOfHint = _ -> 10 * MILLIS;
    full = true;

    call(1, 10);

    assertThat(trips).isZero();
    assertThat(priceNanos).isEqualTo(10 * 10 * MILLIS);
  }

  @Test
  void saysSinceWhenItBelieves() throws Exception {
    costOfHint = _ -> MICROS;
    call(1);
    Instant before = Instant.EPOCH.plusNanos(nowNanos);
    call(1, 1_000);

    Instant since = learned.beliefs().getFirst().since();

    assertThat(since).isAfterOrEqualTo(before);
    nowNanos += SECONDS;
    call(1, 1_000);
    assertThat(learned.beliefs().getFirst().since()).isEqualTo(since);
  }

  @Test
  void hasABoundedMemoryForKinds() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      learned.call(new Task<>("kind " + i, 1, () -> 1));
    }

    assertThat(learned.beliefs()).hasSizeLessThanOrEqualTo(257);
    assertThat(learned.beliefs().getFirst().kind()).isEqualTo("(other)");
  }
}
