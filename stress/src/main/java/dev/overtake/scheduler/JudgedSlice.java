// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * One slice ends and the next begins while the watchdog judges (C1, C2 and W1 to W4 of {@link
 * Slices}): if it takes the loop, it is in the slice that it has judged. The result is the start
 * that was judged and the continuation that was taken, 0 where nothing was.
 */
public final class JudgedSlice {
  private static final Runnable FIRST = new Slice(1);
  private static final Runnable SECOND = new Slice(2);

  private JudgedSlice() {}

  private record Slice(int number) implements Runnable {
    @Override
    public void run() {}
  }

  @JCStressTest
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Nothing was taken.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The first slice was judged and taken.")
  @Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "The second slice was judged and taken.")
  @Outcome(expect = FORBIDDEN, desc = "One slice was judged and another was taken.")
  @State
  public static class Protocol {
    private final Slices slices = new Slices();
    private final long first = slices.begin(FIRST, 1);

    @Actor
    public void carrier() {
      if (slices.end(first)) {
        slices.begin(SECOND, 2);
      }
    }

    @Actor
    public void watchdog(II_Result result) {
      long state = slices.state();
      if (Slices.phase(state) != Slices.RUNNING) {
        return;
      }
      long start = slices.startNanos();
      if (slices.state() == state && slices.take(state, Slices.TAKEN_COMPUTING)) {
        result.r1 = (int) start;
        result.r2 = ((Slice) slices.taken()).number();
      }
    }
  }

  /** The state has no number: every running slice looks alike. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Nothing was taken.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The first slice was judged and taken.")
  @Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "The second slice was judged and taken.")
  @Outcome(expect = FORBIDDEN, desc = "One slice was judged and another was taken.")
  @State
  public static class TwinWithoutNumber {
    private final AtomicLong state = new AtomicLong(Slices.RUNNING);
    private volatile int start = 1;
    private volatile int current = 1;

    @Actor
    public void carrier() {
      if (state.compareAndSet(Slices.RUNNING, Slices.IDLE)) {
        current = 2;
        start = 2;
        state.set(Slices.RUNNING);
      }
    }

    @Actor
    public void watchdog(II_Result result) {
      if (state.get() != Slices.RUNNING) {
        return;
      }
      int judged = start;
      if (state.get() == Slices.RUNNING
          && state.compareAndSet(Slices.RUNNING, Slices.TAKEN_COMPUTING)) {
        result.r1 = judged;
        result.r2 = current;
      }
    }
  }

  /** C2 comes before C1: the slice is announced before it is described. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Nothing was taken.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The first slice was judged and taken.")
  @Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "The second slice was judged and taken.")
  @Outcome(expect = FORBIDDEN, desc = "One slice was judged and another was taken.")
  @State
  public static class TwinAnnouncesFirst {
    private static final long SECOND_RUNNING = 4 + Slices.RUNNING;

    private final AtomicLong state = new AtomicLong(Slices.RUNNING);
    private volatile int start = 1;
    private volatile int current = 1;

    @Actor
    public void carrier() {
      if (state.compareAndSet(Slices.RUNNING, Slices.IDLE)) {
        state.set(SECOND_RUNNING);
        start = 2;
        current = 2;
      }
    }

    @Actor
    public void watchdog(II_Result result) {
      long seen = state.get();
      if (Slices.phase(seen) != Slices.RUNNING) {
        return;
      }
      int judged = start;
      if (state.get() == seen
          && state.compareAndSet(seen, seen - Slices.RUNNING + Slices.TAKEN_COMPUTING)) {
        result.r1 = judged;
        result.r2 = seen == SECOND_RUNNING ? 2 : current;
      }
    }
  }
}
