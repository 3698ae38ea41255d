// SPDX-License-Identifier: Apache-2.0

import org.jspecify.annotations.NullMarked;

/** Figures against peers, measured side by side. */
@NullMarked
module dev.overtake.benchmarks {
  requires static org.jspecify;
  requires dev.overtake.cluster;
  requires dev.overtake.compute;
  requires dev.overtake.lab;
  requires dev.overtake.load;
  requires dev.overtake.server;
  requires info.picocli;
  requires io.netty.buffer;
  requires io.netty.common;
  requires io.netty.transport;
  requires io.netty.transport.classes.epoll;
  requires io.vertx.core;
  requires jmh.core;
  requires org.jgroups;
  requires tools.jackson.core;
  requires tools.jackson.databind;

  opens dev.overtake.benchmarks to
      info.picocli,
      tools.jackson.databind;
}
