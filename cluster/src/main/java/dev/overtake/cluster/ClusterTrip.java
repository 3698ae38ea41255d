// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

import dev.overtake.compute.RemoteTasks;
import dev.overtake.compute.RemoteTrip;
import dev.overtake.compute.Task;
import org.jspecify.annotations.Nullable;

/** A task on its way to some member: its bytes and where it is now. */
final class ClusterTrip<T extends @Nullable Object> extends RemoteTrip<T> {
  private final Dispatch dispatch;
  private final byte[] bytes;

  // Guarded by the dispatch's lock.
  Dispatch.@Nullable Member member; // whom it was sent to, until an answer or its loss
  long number;
  int losses;

  ClusterTrip(Dispatch dispatch, Task<T> task, RemoteTasks tasks) {
    super(task, tasks);
    this.dispatch = dispatch;
    bytes = tasks.pack(dispatch, task);
  }

  byte[] bytes() {
    return bytes;
  }

  @Override
  protected void withdraw(boolean interrupt) {
    dispatch.withdraw(this, interrupt);
  }
}
