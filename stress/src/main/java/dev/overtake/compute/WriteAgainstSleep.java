// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * A byte is written while the reader of a {@link Ring} goes to sleep (W1 and W2, R1 to R3): the
 * reader sees it or the bell rings. The results: whether it sleeps, whether the bell rings.
 */
public final class WriteAgainstSleep {
  private WriteAgainstSleep() {}

  @JCStressTest
  @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "The reader saw the byte.")
  @Outcome(
      id = "false, true",
      expect = ACCEPTABLE,
      desc = "It saw it, and the bell was for nothing.")
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "The reader sleeps and the bell rings.")
  @Outcome(id = "true, false", expect = FORBIDDEN, desc = "The reader sleeps, the byte is lost.")
  @State
  public static class Protocol {
    private final TinyRing ring = new TinyRing();

    @Actor
    public void writer(ZZ_Result result) {
      ring.write(1);
      result.r2 = ring.writer.mustWake();
    }

    @Actor
    public void reader(ZZ_Result result) {
      ring.reader.fallAsleep();
      result.r1 = ring.reader.isEmpty();
    }
  }

  /** R2 comes before R1: the reader looks, and then says that it sleeps. */
  @JCStressTest
  @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "The reader saw the byte.")
  @Outcome(
      id = "false, true",
      expect = ACCEPTABLE,
      desc = "It saw it, and the bell was for nothing.")
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "The reader sleeps and the bell rings.")
  @Outcome(id = "true, false", expect = FORBIDDEN, desc = "The reader sleeps, the byte is lost.")
  @State
  public static class TwinLooksBeforeItSays {
    private final TinyRing ring = new TinyRing();

    @Actor
    public void writer(ZZ_Result result) {
      ring.write(1);
      result.r2 = ring.writer.mustWake();
    }

    @Actor
    public void reader(ZZ_Result result) {
      result.r1 = ring.reader.isEmpty();
      ring.reader.fallAsleep();
    }
  }

  /** W2 comes before W1: who writes looks for sleepers first. */
  @JCStressTest
  @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "The reader saw the byte.")
  @Outcome(
      id = "false, true",
      expect = ACCEPTABLE,
      desc = "It saw it, and the bell was for nothing.")
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "The reader sleeps and the bell rings.")
  @Outcome(id = "true, false", expect = FORBIDDEN, desc = "The reader sleeps, the byte is lost.")
  @State
  public static class TwinRingsBeforeItWrites {
    private final TinyRing ring = new TinyRing();

    @Actor
    public void writer(ZZ_Result result) {
      result.r2 = ring.writer.mustWake();
      ring.write(1);
    }

    @Actor
    public void reader(ZZ_Result result) {
      ring.reader.fallAsleep();
      result.r1 = ring.reader.isEmpty();
    }
  }

  /** No full fences: both may read before the other sees what they have written. */
  @JCStressTest
  @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "The reader saw the byte.")
  @Outcome(
      id = "false, true",
      expect = ACCEPTABLE,
      desc = "It saw it, and the bell was for nothing.")
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "The reader sleeps and the bell rings.")
  @Outcome(id = "true, false", expect = FORBIDDEN, desc = "The reader sleeps, the byte is lost.")
  @State
  public static class TwinWithoutFences {
    private final AtomicInteger written = new AtomicInteger();
    private final AtomicInteger hungry = new AtomicInteger();

    @Actor
    public void writer(ZZ_Result result) {
      written.setRelease(1);
      result.r2 = hungry.getOpaque() != 0;
    }

    @Actor
    public void reader(ZZ_Result result) {
      hungry.setOpaque(1);
      result.r1 = written.getAcquire() == 0;
    }
  }
}
