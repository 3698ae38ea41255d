// SPDX-License-Identifier: Apache-2.0

import org.jspecify.annotations.NullMarked;

/** The command {@code overtake}: parses, calls, prints. */
@NullMarked
module dev.overtake.cli {
  requires static org.jspecify;
  requires dev.overtake.lab;
  requires dev.overtake.server;
  requires info.picocli;
  requires tools.jackson.databind;
}
