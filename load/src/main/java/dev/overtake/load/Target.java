// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

/**
 * The server under load: a host and a port that speak the article's protocol, an ASCII integer out,
 * a line back. Immutable.
 *
 * @param host name or address; it is looked up when a run starts
 * @param port 1 to 65535
 */
public record Target(String host, int port) {
  /**
   * Checks the two.
   *
   * @throws IllegalArgumentException if the host is blank or the port out of range
   */
  public Target {
    if (host.isBlank()) {
      throw new IllegalArgumentException("host must not be blank: host='" + host + "'");
    }
    Check.range("port", port, 1, 65_535);
  }

  /** Returns {@code host:port}, an IPv6 address in brackets. */
  @Override
  public String toString() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }
}
