// SPDX-License-Identifier: Apache-2.0
package dev.overtake.services.common;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** A server that has been started. */
public interface Service extends AutoCloseable {
  /** The port of the loopback where it listens. */
  int port();

  /** Stops it; what still runs is interrupted. Its endpoints are the caller's to close. */
  @Override
  void close() throws IOException;

  /** Where services listen: on the loopback alone. */
  static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** Starts a framework's server under a model. */
  @FunctionalInterface
  interface Starter {
    /**
     * Starts it.
     *
     * @param port 0 for one that is free
     * @throws IllegalArgumentException if the framework has no such model
     */
    Service start(Model model, Endpoints endpoints, int port) throws Exception;
  }
}
