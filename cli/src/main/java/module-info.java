// SPDX-License-Identifier: Apache-2.0

import org.jspecify.annotations.NullMarked;

/** The command {@code overtake}: parses, calls, prints. */
@NullMarked
module dev.overtake.cli {
  requires static org.jspecify;
  requires dev.overtake.cluster;
  requires dev.overtake.compute;
  requires dev.overtake.lab;
  requires dev.overtake.live;
  requires dev.overtake.load;
  requires dev.overtake.server;
  requires info.picocli;
  requires java.management; // OwnCommand
  requires jdk.unsupported; // StopSignal
  requires tools.jackson.databind;

  opens dev.overtake.cli to
      info.picocli,
      tools.jackson.databind;
}
