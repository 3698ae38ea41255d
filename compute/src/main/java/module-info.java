// SPDX-License-Identifier: Apache-2.0

import org.jspecify.annotations.NullMarked;

/** Where a handler's heavy calls run: here, on threads, in processes, by threshold, as learned. */
@NullMarked
module dev.overtake.compute {
  requires static transitive org.jspecify; // the API says what may be null
  requires java.management; // WorkerCommand: the options of this JVM
  requires jdk.unsupported; // Signals

  uses dev.overtake.compute.ComputeProvider;

  exports dev.overtake.compute;
}
