// SPDX-License-Identifier: Apache-2.0

import org.jspecify.annotations.NullMarked;

/**
 * Load generators and latency recording: for any TCP server that answers a line with a number by a
 * line, and, for the probe, for any that speaks TCP or HTTP; knows no server of ours.
 */
@NullMarked
module dev.overtake.load {
  requires static transitive org.jspecify;
  requires transitive HdrHistogram;
  requires io.netty.buffer;
  requires io.netty.codec;
  requires io.netty.codec.http;
  requires io.netty.common;
  requires io.netty.handler;
  requires io.netty.transport;
  requires java.management;
  requires jdk.management;

  exports dev.overtake.load;
}
