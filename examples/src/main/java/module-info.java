// SPDX-License-Identifier: Apache-2.0

import org.jspecify.annotations.NullMarked;

/** The article's programs, and well-known frameworks, on Overtake. */
@NullMarked
module dev.overtake.examples {
  requires static org.jspecify;
  requires dev.overtake.server;
}
