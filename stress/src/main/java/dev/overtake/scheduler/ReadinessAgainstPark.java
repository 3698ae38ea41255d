// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicReference;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * Bytes come, with an edge, while a reader that found none parks (P and T of {@link Readiness}): it
 * sees the bytes or is unparked. In each pair of tests the second has word of an earlier edge in
 * the cell, as after bytes that a read took before the poller told of them.
 */
public final class ReadinessAgainstPark {
  private static final Thread READER = new Thread("reader");

  private ReadinessAgainstPark() {}

  @JCStressTest
  @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "The reader saw the bytes.")
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "The reader parked and was unparked.")
  @Outcome(id = "true, false", expect = FORBIDDEN, desc = "The reader parks beside unread bytes.")
  @Outcome(
      id = "false, true",
      expect = FORBIDDEN,
      desc = "Somebody was unparked who had not parked.")
  @State
  public static class Protocol {
    private final Readiness readiness = new Readiness();
    private volatile boolean bytes;

    @Actor
    public void poller(ZZ_Result result) {
      bytes = true;
      result.r2 = readiness.raise() != null;
    }

    @Actor
    public void reader(ZZ_Result result) {
      while (!bytes && !result.r1) {
        result.r1 = readiness.arm(READER);
      }
    }
  }

  @JCStressTest
  @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "The reader saw the bytes.")
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "The reader parked and was unparked.")
  @Outcome(id = "true, false", expect = FORBIDDEN, desc = "The reader parks beside unread bytes.")
  @Outcome(
      id = "false, true",
      expect = FORBIDDEN,
      desc = "Somebody was unparked who had not parked.")
  @State
  public static class ProtocolWithOldWord {
    private final Readiness readiness = new Readiness();
    private volatile boolean bytes;

    public ProtocolWithOldWord() {
      readiness.raise();
    }

    @Actor
    public void poller(ZZ_Result result) {
      bytes = true;
      result.r2 = readiness.raise() != null;
    }

    @Actor
    public void reader(ZZ_Result result) {
      while (!bytes && !result.r1) {
        result.r1 = readiness.arm(READER);
      }
    }
  }

  /** P1 leaves no word where nobody waits. */
  @JCStressTest
  @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "The reader saw the bytes.")
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "The reader parked and was unparked.")
  @Outcome(id = "true, false", expect = FORBIDDEN, desc = "The reader parks beside unread bytes.")
  @State
  public static class TwinLeavesNoWord {
    private final AtomicReference<Object> cell = new AtomicReference<>();
    private volatile boolean bytes;

    @Actor
    public void poller(ZZ_Result result) {
      bytes = true;
      result.r2 = cell.getAndSet(null) == READER;
    }

    @Actor
    public void reader(ZZ_Result result) {
      if (!bytes) {
        result.r1 = cell.compareAndSet(null, READER);
      }
    }
  }

  /** T3 writes without comparing. */
  @JCStressTest
  @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "The reader saw the bytes.")
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "The reader parked and was unparked.")
  @Outcome(id = "true, false", expect = FORBIDDEN, desc = "The reader parks beside unread bytes.")
  @State
  public static class TwinOverwritesTheWord {
    private static final Object READY = new Object();

    private final AtomicReference<Object> cell = new AtomicReference<>();
    private volatile boolean bytes;

    @Actor
    public void poller(ZZ_Result result) {
      bytes = true;
      result.r2 = cell.getAndSet(READY) == READER;
    }

    @Actor
    public void reader(ZZ_Result result) {
      if (!bytes && cell.get() != READY) {
        cell.set(READER);
        result.r1 = true;
      }
    }
  }

  /** T2 comes after T1: the reader asks the system, and then takes the word away. */
  @JCStressTest
  @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "The reader saw the bytes.")
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "The reader parked and was unparked.")
  @Outcome(id = "true, false", expect = FORBIDDEN, desc = "The reader parks beside unread bytes.")
  @State
  public static class TwinAsksBeforeItTakesTheWord {
    private static final Object READY = new Object();

    private final AtomicReference<Object> cell = new AtomicReference<>(READY);
    private volatile boolean bytes;

    @Actor
    public void poller(ZZ_Result result) {
      bytes = true;
      result.r2 = cell.get() != READY && cell.getAndSet(READY) == READER;
    }

    @Actor
    public void reader(ZZ_Result result) {
      if (!bytes) {
        cell.compareAndSet(READY, null);
        result.r1 = cell.compareAndSet(null, READER);
      }
    }
  }
}
