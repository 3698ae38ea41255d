// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LI_Result;

/**
 * A file is used while somebody closes it ({@link OpenFile}). The result is what the user met, and
 * how often the file was closed.
 */
public final class CloseAgainstUse {
  private static final int CLOSED = 1 << 30;

  private CloseAgainstUse() {}

  @JCStressTest
  @Outcome(id = "open, 1", expect = ACCEPTABLE, desc = "The user was in time.")
  @Outcome(id = "refused, 1", expect = ACCEPTABLE, desc = "The user came too late.")
  @Outcome(id = "closed, .*", expect = FORBIDDEN, desc = "The user acts on somebody else's file.")
  @Outcome(id = ".*, 0", expect = FORBIDDEN, desc = "The file is never closed.")
  @Outcome(id = ".*, 2", expect = FORBIDDEN, desc = "Somebody else's file is closed.")
  @State
  public static class Protocol extends OpenFile {
    private volatile boolean closed;
    private final AtomicInteger closes = new AtomicInteger();

    @Override
    void closeFile() {
      closed = true;
      closes.incrementAndGet();
    }

    @Actor
    public void user(LI_Result result) {
      if (!enter()) {
        result.r1 = "refused";
        return;
      }
      result.r1 = closed ? "closed" : "open";
      leave();
    }

    @Actor
    public void closer() {
      shut();
    }

    @Arbiter
    public void afterwards(LI_Result result) {
      shut();
      result.r2 = closes.get();
    }
  }

  @JCStressTest
  @Outcome(id = "once, 1", expect = ACCEPTABLE, desc = "One of the two has closed it.")
  @Outcome(expect = FORBIDDEN, desc = "Both or neither think that they have closed it.")
  @State
  public static class ProtocolWithTwoWhoClose extends OpenFile {
    private final AtomicInteger closes = new AtomicInteger();
    private final AtomicInteger successes = new AtomicInteger();

    @Override
    void closeFile() {
      closes.incrementAndGet();
    }

    @Actor
    public void closer() {
      successes.addAndGet(shut() ? 1 : 0);
    }

    @Actor
    public void another() {
      successes.addAndGet(shut() ? 1 : 0);
    }

    @Arbiter
    public void afterwards(LI_Result result) {
      result.r1 = successes.get() == 1 ? "once" : "not once";
      result.r2 = closes.get();
    }
  }

  /** Closing does not wait for users. */
  @JCStressTest
  @Outcome(id = "open, 1", expect = ACCEPTABLE, desc = "The user was in time.")
  @Outcome(id = "refused, 1", expect = ACCEPTABLE, desc = "The user came too late.")
  @Outcome(id = "closed, .*", expect = FORBIDDEN, desc = "The user acts on somebody else's file.")
  @State
  public static class TwinDoesNotWaitForUsers {
    private volatile boolean closed;
    private volatile boolean fileClosed;

    @Actor
    public void user(LI_Result result) {
      if (closed) {
        result.r1 = "refused";
        return;
      }
      result.r1 = fileClosed ? "closed" : "open";
    }

    @Actor
    public void closer() {
      closed = true;
      fileClosed = true;
    }

    @Arbiter
    public void afterwards(LI_Result result) {
      result.r2 = fileClosed ? 1 : 0;
    }
  }

  /** A user looks whether the file is open, and then counts itself in. */
  @JCStressTest
  @Outcome(id = "open, 1", expect = ACCEPTABLE, desc = "The user was in time.")
  @Outcome(id = "refused, 1", expect = ACCEPTABLE, desc = "The user came too late.")
  @Outcome(id = "closed, .*", expect = FORBIDDEN, desc = "The user acts on somebody else's file.")
  @State
  public static class TwinLooksBeforeItCounts {
    private final AtomicInteger users = new AtomicInteger();
    private volatile boolean fileClosed;

    @Actor
    public void user(LI_Result result) {
      if (users.get() >= CLOSED) {
        result.r1 = "refused";
        return;
      }
      users.incrementAndGet();
      result.r1 = fileClosed ? "closed" : "open";
      if (users.decrementAndGet() == CLOSED) {
        fileClosed = true;
      }
    }

    @Actor
    public void closer() {
      if (users.getAndAdd(CLOSED) == 0) {
        fileClosed = true;
      }
    }

    @Arbiter
    public void afterwards(LI_Result result) {
      result.r2 = fileClosed ? 1 : 0;
    }
  }

  /** Whoever is the last closes, also who came too late and leaves again. */
  @JCStressTest
  @Outcome(id = "open, 1", expect = ACCEPTABLE, desc = "The user was in time.")
  @Outcome(id = "refused, 1", expect = ACCEPTABLE, desc = "The user came too late.")
  @Outcome(id = ".*, 2", expect = FORBIDDEN, desc = "Somebody else's file is closed.")
  @State
  public static class TwinForgetsThatItIsGone {
    private final AtomicInteger users = new AtomicInteger();
    private final AtomicInteger closes = new AtomicInteger();

    private void leave() {
      if (users.decrementAndGet() == CLOSED) {
        closes.incrementAndGet();
      }
    }

    @Actor
    public void user(LI_Result result) {
      result.r1 = users.getAndIncrement() >= CLOSED ? "refused" : "open";
      leave();
    }

    @Actor
    public void closer() {
      if (users.getAndAdd(CLOSED) == 0) {
        closes.incrementAndGet();
      }
    }

    @Arbiter
    public void afterwards(LI_Result result) {
      result.r2 = closes.get();
    }
  }
}
