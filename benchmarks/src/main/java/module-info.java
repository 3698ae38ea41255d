// SPDX-License-Identifier: Apache-2.0

import org.jspecify.annotations.NullMarked;

/** Figures against peers, measured side by side. */
@NullMarked
module dev.overtake.benchmarks {
  requires static org.jspecify;
  requires dev.overtake.server;
}
