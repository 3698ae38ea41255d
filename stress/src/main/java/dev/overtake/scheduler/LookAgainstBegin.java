// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * A slice begins while the watchdog, called by the alarm of one that has ended, looks (A and L of
 * {@link Alarm}): it sees the slice, or the slice sets the alarm anew.
 */
public final class LookAgainstBegin {
  private static final long SOON_AFTER = 1; // within half a quantum of the time the alarm was set
  private static final long QUANTUM = 1_000;

  private LookAgainstBegin() {}

  @JCStressTest
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "The watchdog saw the slice.")
  @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "It did not, and the alarm will call.")
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Both; the call is for nothing.")
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "Nobody watches the slice.")
  @State
  public static class Protocol {
    private final Slices slices = new Slices();
    private final AtomicBoolean timer = new AtomicBoolean();
    private final Alarm alarm = new Alarm(nanos -> timer.set(true), thread -> -1, QUANTUM);

    /** The alarm has been set, and has gone off. */
    public Protocol() {
      alarm.sliceBegan(0, 1);
      timer.set(false);
    }

    @Actor
    public void carrier(ZZ_Result result) {
      long ignored = slices.begin(() -> {}, SOON_AFTER);
      alarm.sliceBegan(SOON_AFTER, 1);
      result.r2 = timer.get();
    }

    @Actor
    public void watchdog(ZZ_Result result) {
      alarm.lookBegins();
      result.r1 = Slices.phase(slices.state()) == Slices.RUNNING;
    }
  }

  /** A1 comes before C2: the carrier looks at the alarm, and then begins the slice. */
  @JCStressTest
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "The watchdog saw the slice.")
  @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "It did not, and the alarm will call.")
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Both; the call is for nothing.")
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "Nobody watches the slice.")
  @State
  public static class TwinLooksAtTheAlarmFirst {
    private final AtomicLong state = new AtomicLong();
    private final AtomicBoolean set = new AtomicBoolean(true);

    @Actor
    public void carrier(ZZ_Result result) {
      result.r2 = !set.get();
      state.set(Slices.RUNNING);
    }

    @Actor
    public void watchdog(ZZ_Result result) {
      set.set(false);
      result.r1 = state.get() == Slices.RUNNING;
    }
  }

  /** C2 is a release, as it was before there were alarms: the look at the alarm may overtake it. */
  @JCStressTest
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "The watchdog saw the slice.")
  @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "It did not, and the alarm will call.")
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Both; the call is for nothing.")
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "Nobody watches the slice.")
  @State
  public static class TwinBeginsByARelease {
    private final AtomicLong state = new AtomicLong();
    private final AtomicBoolean set = new AtomicBoolean(true);

    @Actor
    public void carrier(ZZ_Result result) {
      state.setRelease(Slices.RUNNING);
      result.r2 = !set.get();
    }

    @Actor
    public void watchdog(ZZ_Result result) {
      set.set(false);
      result.r1 = state.get() == Slices.RUNNING;
    }
  }
}
