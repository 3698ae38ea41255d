// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * A full {@link Ring} is read while its writer goes to sleep for want of room (W3 to W5, R4 and
 * R5): the writer sees the room or the bell rings. The results: whether it sleeps, whether the bell
 * rings.
 */
public final class RoomAgainstSleep {
  private RoomAgainstSleep() {}

  @JCStressTest
  @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "The writer saw the room.")
  @Outcome(
      id = "false, true",
      expect = ACCEPTABLE,
      desc = "It saw it, and the bell was for nothing.")
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "The writer sleeps and the bell rings.")
  @Outcome(id = "true, false", expect = FORBIDDEN, desc = "The writer sleeps, the room is lost.")
  @State
  public static class Protocol {
    private final TinyRing ring = TinyRing.full();

    @Actor
    public void writer(ZZ_Result result) {
      result.r1 = ring.isStuck();
    }

    @Actor
    public void reader(ZZ_Result result) {
      ring.read(1);
      result.r2 = ring.reader.mustTellOfRoom();
    }
  }

  /** R5 comes before R4: the reader looks for a writer that waits, and then makes room. */
  @JCStressTest
  @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "The writer saw the room.")
  @Outcome(
      id = "false, true",
      expect = ACCEPTABLE,
      desc = "It saw it, and the bell was for nothing.")
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "The writer sleeps and the bell rings.")
  @Outcome(id = "true, false", expect = FORBIDDEN, desc = "The writer sleeps, the room is lost.")
  @State
  public static class TwinRingsBeforeItReads {
    private final TinyRing ring = TinyRing.full();

    @Actor
    public void writer(ZZ_Result result) {
      result.r1 = ring.isStuck();
    }

    @Actor
    public void reader(ZZ_Result result) {
      result.r2 = ring.reader.mustTellOfRoom();
      ring.read(1);
    }
  }
}
