// SPDX-License-Identifier: Apache-2.0

import org.jspecify.annotations.NullMarked;

/** Puts every virtual thread of a JVM under time sharing, without a change of its code. */
@NullMarked
module dev.overtake.agent {
  requires static org.jspecify;
  requires static transitive java.instrument; // the agent's, not the library's
  requires static java.management; // this and the next ones to observe
  requires static jdk.jfr;
  requires static jdk.management;
  requires dev.overtake.scheduler;

  exports dev.overtake.agent;
}
