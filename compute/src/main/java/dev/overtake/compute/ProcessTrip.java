// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.util.concurrent.RunnableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A task that some worker process runs: its frame and where it is now. */
final class ProcessTrip<T extends @Nullable Object> extends RemoteTrip<T>
    implements RunnableFuture<T> {
  private final Crew crew;
  private final byte[] frame;
  private final Consumer<ProcessTrip<?>> ended;

  // Guarded by the crew's lock.
  @Nullable WorkerProcess worker; // whom it is on, from its boarding to its answer
  long turn;
  int deaths;

  /**
   * Describes a trip that has not begun.
   *
   * @param work what the frame holds, a callable or a runnable
   * @param resultIfNone what a runnable is to have returned
   * @param ended hears of the end, however it came
   */
  ProcessTrip(
      Crew crew,
      Task<T> task,
      Object work,
      @Nullable Object resultIfNone,
      byte[] frame,
      Consumer<ProcessTrip<?>> ended) {
    super(task, work, resultIfNone, crew::admission);
    this.crew = crew;
    this.frame = frame;
    this.ended = ended;
  }

  byte[] frame() {
    return frame;
  }

  @Override
  protected void withdraw(boolean interrupt) {
    crew.withdraw(this, interrupt);
  }

  @Override
  protected void ended() {
    ended.accept(this);
  }

  @Override
  public void run() {
    throw new UnsupportedOperationException(this + " is run by a worker process only");
  }
}
