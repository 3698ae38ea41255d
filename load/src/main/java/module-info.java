// SPDX-License-Identifier: Apache-2.0

import org.jspecify.annotations.NullMarked;

/** Load generators and latency recording; knows no server of ours. */
@NullMarked
module dev.overtake.load {
  requires static org.jspecify;
  requires HdrHistogram;
}
