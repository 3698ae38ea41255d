// SPDX-License-Identifier: Apache-2.0

import org.jspecify.annotations.NullMarked;

/** A TCP server in which one blocking-style handler runs under every concurrency model. */
@NullMarked
module dev.overtake.server {
  requires static org.jspecify;
  requires transitive dev.overtake.compute;
  requires transitive dev.overtake.scheduler;

  exports dev.overtake.server;
}
