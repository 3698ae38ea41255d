// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A system file that many threads use by its number while any of them may close it.
 *
 * <p>A number is given to the next file that is opened, so a call under way with the number of a
 * closed one would act on somebody else's file.
 */
abstract class OpenFile {
  /*
   * `users` counts calls under way; CLOSED says that no more may begin. Whoever brings it to CLOSED
   * with no user left closes the file, once: by moving it on to GONE. A late caller of enter() passes
   * through CLOSED + 1 and gives its place back, and may then be the one.
   */
  private static final int CLOSED = 1 << 30;
  private static final int GONE = CLOSED | 1 << 29;
  private static final VarHandle USERS;

  static {
    try {
      USERS = MethodHandles.lookup().findVarHandle(OpenFile.class, "users", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile int users;

  /** Begins a use; false if the file is closed, and then there is no {@link #leave}. */
  final boolean enter() {
    int before = (int) USERS.getAndAdd(this, 1);
    if ((before & CLOSED) != 0) {
      leave();
      return false;
    }
    return true;
  }

  /** Ends a use. */
  final void leave() {
    if ((int) USERS.getAndAdd(this, -1) - 1 == CLOSED) {
      release();
    }
  }

  /**
   * Lets no use begin any more; the file is closed now or by the last user. False: it was already.
   */
  final boolean shut() {
    int before = (int) USERS.getAndBitwiseOr(this, CLOSED);
    if ((before & CLOSED) != 0) {
      return false;
    }
    if (before == 0) {
      release();
    }
    return true;
  }

  private void release() {
    if (USERS.compareAndSet(this, CLOSED, GONE)) {
      closeFile();
    }
  }

  /** Closes the file; called once, when nobody uses it. */
  abstract void closeFile();
}
