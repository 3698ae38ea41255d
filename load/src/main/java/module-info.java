// SPDX-License-Identifier: Apache-2.0

import org.jspecify.annotations.NullMarked;

/**
 * Load generators and latency recording for any TCP server that answers a line with a number by a
 * line; knows no server of ours.
 */
@NullMarked
module dev.overtake.load {
  requires static transitive org.jspecify;
  requires transitive HdrHistogram;
  requires java.management;
  requires jdk.management;

  exports dev.overtake.load;
}
