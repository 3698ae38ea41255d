// SPDX-License-Identifier: Apache-2.0

import org.jspecify.annotations.NullMarked;

/** A scheduler's figures as Micrometer meters. */
@NullMarked
module dev.overtake.micrometer {
  requires static org.jspecify;
  requires transitive dev.overtake.scheduler;
  requires transitive micrometer.core;

  exports dev.overtake.micrometer;
}
