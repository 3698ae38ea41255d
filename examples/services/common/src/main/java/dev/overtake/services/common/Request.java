// SPDX-License-Identifier: Apache-2.0
package dev.overtake.services.common;

import java.util.Locale;
import java.util.Optional;

/** What a client may ask of a service. */
public enum Request {
  /** Answered within microseconds. */
  SHORT,
  /** Computes for as long as is asked. */
  LONG,
  /** Reads a file. */
  FILE,
  /** Asks a database. */
  ROWS;

  /** How the request is spelled over HTTP: {@code /short}, for example. */
  public String path() {
    return "/" + name().toLowerCase(Locale.ROOT);
  }

  /** The request with that path, if there is one. */
  public static Optional<Request> at(String path) {
    for (Request request : values()) {
      if (request.path().equals(path)) {
        return Optional.of(request);
      }
    }
    return Optional.empty();
  }
}
