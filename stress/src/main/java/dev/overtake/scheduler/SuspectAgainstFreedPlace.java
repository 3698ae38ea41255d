// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * A suspect comes at the cap while the last place is freed (S and F of {@link Suspects}): one of
 * the two sides queues it.
 */
public final class SuspectAgainstFreedPlace {
  private static final Runnable HOG = new Thread("hog");
  private static final Runnable SUSPECT = new Thread("suspect");

  private SuspectAgainstFreedPlace() {}

  @JCStressTest
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "The suspect found a place.")
  @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "It waited and was let in.")
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "It waits beside a free place.")
  @Outcome(id = "true, true", expect = FORBIDDEN, desc = "It was queued twice.")
  @State
  public static class Protocol {
    private final Suspects suspects = new Suspects(1);

    public Protocol() {
      suspects.overstayed(SUSPECT, 0);
      suspects.overstayEnded(SUSPECT);
      suspects.overstayed(HOG, 0);
    }

    @Actor
    public void suspect(ZZ_Result result) {
      result.r1 = suspects.admit(SUSPECT) != null;
    }

    @Actor
    public void carrier(ZZ_Result result) {
      result.r2 = suspects.overstayEnded(HOG) != null;
    }
  }

  /** Without S3: the suspect does not look again. */
  @JCStressTest
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "The suspect found a place.")
  @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "It waited and was let in.")
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "It waits beside a free place.")
  @State
  public static class TwinLooksOnce {
    private final AtomicInteger overstaying = new AtomicInteger(1);
    private final ConcurrentLinkedQueue<Runnable> waiting = new ConcurrentLinkedQueue<>();

    @Actor
    public void suspect(ZZ_Result result) {
      if (overstaying.get() < 1) {
        result.r1 = true;
      } else {
        waiting.add(SUSPECT);
      }
    }

    @Actor
    public void carrier(ZZ_Result result) {
      overstaying.decrementAndGet();
      result.r2 = waiting.poll() != null;
    }
  }

  /** F2 comes before F1: who is to be let in is sought before the place is free. */
  @JCStressTest
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "The suspect found a place.")
  @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "It waited and was let in.")
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "It waits beside a free place.")
  @State
  public static class TwinSeeksBeforeItFrees {
    private final AtomicInteger overstaying = new AtomicInteger(1);
    private final ConcurrentLinkedQueue<Runnable> waiting = new ConcurrentLinkedQueue<>();

    @Actor
    public void suspect(ZZ_Result result) {
      if (overstaying.get() < 1) {
        result.r1 = true;
        return;
      }
      waiting.add(SUSPECT);
      if (overstaying.get() < 1) {
        result.r1 = waiting.poll() != null;
      }
    }

    @Actor
    public void carrier(ZZ_Result result) {
      result.r2 = waiting.poll() != null;
      for (int i = 0; i < 20; i++) {
        Thread.onSpinWait(); // the gap is there without it, but seldom met
      }
      overstaying.decrementAndGet();
    }
  }
}
