// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What a handler may rely on wherever its tasks run. */
abstract class ComputeContract {
  /** The one under test, started; it stays the tests' of this class and is closed after them. */
  abstract Compute compute();

  record Square(long n) implements Callable<Long>, Serializable {
    @Override
    public Long call() {
      return n * n;
    }
  }

  record Nothing() implements Callable<Object>, Serializable {
    @Override
    @SuppressWarnings("NullAway") // a task may return null
    public Object call() {
      return null;
    }
  }

  record Failing(String message) implements Callable<Long>, Serializable {
    @Override
    public Long call() {
      throw new IllegalStateException(message, new IllegalArgumentException("the reason"));
    }
  }

  record Bottomless() implements Callable<Long>, Serializable {
    @Override
    @SuppressWarnings("InfiniteRecursion") // what it is for
    public Long call() {
      return 1 + new Bottomless().call();
    }
  }

  static Task<Long> square(long n) {
    return new Task<>("square", n, new Square(n));
  }

  @Test
  void returnsWhatTheTaskReturned() throws Exception {
    assertThat(compute().call(square(7))).isEqualTo(49);
    assertThat(compute().submit(square(8)).get()).isEqualTo(64);
  }

  @Test
  void returnsNullWhereTheTaskDid() throws Exception {
    assertThat(compute().call(new Task<>("nothing", 0, new Nothing()))).isNull();
  }

  @Test
  void carriesTheTasksExceptionBackWithItsStackAndItsCause() {
    assertThatThrownBy(() -> compute().call(new Task<>("fail", 1, new Failing("on purpose"))))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("on purpose")
        .hasRootCauseInstanceOf(IllegalArgumentException.class)
        .satisfies(e ->
            assertThat(e.getStackTrace()[0].getClassName()).isEqualTo(Failing.class.getName()));
  }

  @Test
  void survivesATaskThatOverflowsItsStack() throws Exception {
    assertThatThrownBy(() -> compute().call(new Task<>("deep", 1, new Bottomless())))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(StackOverflowError.class);
    assertThat(compute().call(square(3))).isEqualTo(9);
  }

  @Test
  void tellsHowLongATaskWaitedAndRan() throws Exception {
    Trip<Long> trip = compute().submit(square(5));
    trip.get();

    assertThat(trip.runNanos()).isNotNegative();
    assertThat(trip.waitedNanos()).isNotNegative();
  }

  @Test
  void givesEachOfManyCallersItsOwnResult() throws Exception {
    List<Future<Long>> sums = new ArrayList<>();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int caller = 0; caller < 20; caller++) {
        long first = caller * 1_000L;
        sums.add(
            callers.submit(() -> {
              long wrong = 0;
              for (long n = first; n < first + 50; n++) {
                wrong += compute().call(square(n)) == n * n ? 0 : 1;
              }
              return wrong;
            }));
      }
    }
    for (Future<Long> sum : sums) {
      assertThat(sum.get()).isZero();
    }
  }
}
