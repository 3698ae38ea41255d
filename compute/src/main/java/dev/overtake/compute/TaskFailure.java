// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Stands for a throwable that could not travel itself: its class, message, stack and causes. */
final class TaskFailure extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private static final int MOST_CAUSES = 20;

  private TaskFailure(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  static TaskFailure of(Throwable failure) {
    return of(failure, MOST_CAUSES);
  }

  private static TaskFailure of(Throwable failure, int depth) {
    Throwable cause = failure.getCause();
    TaskFailure copy =
        new TaskFailure(
            Descriptions.oneLine(failure),
            cause == null || depth == 0 ? null : of(cause, depth - 1));
    copy.setStackTrace(failure.getStackTrace());
    return copy;
  }

  /** For one that has travelled, but can't be read where it arrived. */
  static TaskFailure unreadable(String line, Exception why) {
    return new TaskFailure(line + " (its stack can't be read: " + why.getMessage() + ")", null);
  }
}
