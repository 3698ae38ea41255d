// SPDX-License-Identifier: Apache-2.0
package dev.overtake.services.common;

import java.util.Locale;

/** Whose threads run the handler. Not every framework has every model. */
public enum Model {
  /** The framework's own pool of platform threads. */
  THREADS,
  /** The framework's event loops: the handler is called by whoever reads the socket. */
  EVENT_LOOP,
  /**
   * One virtual thread of the JDK's scheduler at a time for all requests, as in Vert.x's verticles.
   */
  VERTICLE,
  /** A virtual thread of the JDK's scheduler for each request or connection. */
  VIRTUAL,
  /** The same on Overtake's scheduler. */
  OVERTAKE;

  /** How the model is spelled: {@code event-loop}, for example. */
  public String spelling() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The exception for a framework that has no such model. */
  public IllegalArgumentException notIn(String framework) {
    return new IllegalArgumentException(framework + " has no model " + spelling());
  }
}
