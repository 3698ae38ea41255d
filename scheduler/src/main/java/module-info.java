// SPDX-License-Identifier: Apache-2.0

import org.jspecify.annotations.NullMarked;

/** Virtual threads with time sharing: event loops that a handler may block. */
@NullMarked
module dev.overtake.scheduler {
  requires static org.jspecify;
  requires static jdk.jfr;
  requires static java.management;
  requires static jdk.management;

  exports dev.overtake.scheduler;
}
