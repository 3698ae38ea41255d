// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** End of slice against hand-off (C4 and W4 of {@link Slices}): who has the loop afterwards? */
public final class EndOfSlice {
  private EndOfSlice() {}

  @JCStressTest
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "The slice ended in time.")
  @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "The loop was handed off.")
  @Outcome(id = "true, true", expect = FORBIDDEN, desc = "Two carriers drive the loop.")
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "Nobody drives the loop.")
  @State
  public static class Protocol {
    private final Slices slices = new Slices();
    private final long running = slices.begin(() -> {}, 0);

    @Actor
    public void carrier(ZZ_Result result) {
      result.r1 = slices.end(running);
    }

    @Actor
    public void watchdog(ZZ_Result result) {
      result.r2 = slices.take(running, Slices.TAKEN_COMPUTING);
    }
  }

  /** C4 is a look and then a write. */
  @JCStressTest
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "The slice ended in time.")
  @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "The loop was handed off.")
  @Outcome(id = "true, true", expect = FORBIDDEN, desc = "Two carriers drive the loop.")
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "Nobody drives the loop.")
  @State
  public static class TwinLooksThenWrites {
    private final AtomicLong state = new AtomicLong(Slices.RUNNING);

    @Actor
    public void carrier(ZZ_Result result) {
      if (state.get() == Slices.RUNNING) {
        state.set(Slices.IDLE);
        result.r1 = true;
      }
    }

    @Actor
    public void watchdog(ZZ_Result result) {
      result.r2 = state.compareAndSet(Slices.RUNNING, Slices.TAKEN_COMPUTING);
    }
  }
}
