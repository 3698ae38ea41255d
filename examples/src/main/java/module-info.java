// SPDX-License-Identifier: Apache-2.0

import org.jspecify.annotations.NullMarked;

/** The article's programs, and well-known frameworks, on Overtake. */
@NullMarked
module dev.overtake.examples {
  requires static org.jspecify;
  requires transitive dev.overtake.server;

  // So that handlers in it can be made by name.
  exports dev.overtake.examples;
}
