// SPDX-License-Identifier: Apache-2.0

import org.jspecify.annotations.NullMarked;

/** Virtual threads with time sharing: event loops that a handler may block. */
@NullMarked
module dev.overtake.scheduler {
  requires static org.jspecify;
}
