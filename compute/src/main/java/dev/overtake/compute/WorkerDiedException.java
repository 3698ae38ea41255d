// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.io.Serial;

/**
 * The process that ran a task died before it could answer: killed, crashed, out of memory, or ended
 * by the task itself; or, on another machine, it was lost: hung, cut off. The task may have had
 * effects. Only this task is concerned: those that waited behind it run elsewhere.
 */
public final class WorkerDiedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /**
   * Says which worker died and how.
   *
   * @param message one line
   */
  public WorkerDiedException(String message) {
    super(message);
  }
}
