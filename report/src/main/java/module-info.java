// SPDX-License-Identifier: Apache-2.0

import org.jspecify.annotations.NullMarked;

/** Results in, one self-contained HTML file out. */
@NullMarked
module dev.overtake.report {
  requires static transitive org.jspecify;

  exports dev.overtake.report;
}
