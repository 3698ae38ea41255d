// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a process becomes a member of a cluster.
 *
 * @param cluster its name; members of another name are not heard
 * @param bind the address of this machine to listen at and to be called by, port 0 for any. Other
 *     machines reach only what is not loopback, and that needs a key
 * @param join addresses of members, some of whom may be down. With none, or when none answers, this
 *     one begins a cluster, and merges with the others once they are heard of
 * @param key what members prove their membership with and encrypt by; null for neither
 * @param silence how long a member may be silent before it is taken for lost, from 100 ms to 10
 *     minutes
 */
public record Membership(
    String cluster,
    InetSocketAddress bind,
    List<InetSocketAddress> join,
    @Nullable ClusterKey key,
    Duration silence) {
  /** Where the first member of a cluster listens, unless told otherwise. */
  public static final int DEFAULT_PORT = 7800;

  private static final Duration LEAST_SILENCE = Duration.ofMillis(100);
  private static final Duration GREATEST_SILENCE = Duration.ofMinutes(10);

  /**
   * Checks what can be checked.
   *
   * @throws IllegalArgumentException if the name is blank, the address to bind is unknown, any but
   *     loopback is bound without a key, or the silence is out of its range
   */
  public Membership {
    join = List.copyOf(join);
    if (cluster.isBlank()) {
      throw new IllegalArgumentException("name of a cluster must not be blank");
    }
    if (bind.isUnresolved() || bind.getAddress().isAnyLocalAddress()) {
      throw new IllegalArgumentException(
          "cluster: %s is no address to be called by; name one of this machine"
              .formatted(bind.getHostString()));
    }
    if (key == null && !bind.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException(
          "cluster: whoever reaches %s could have anything computed; name a key, or bind 127.0.0.1"
              .formatted(bind.getHostString()));
    }
    if (silence.compareTo(LEAST_SILENCE) < 0 || silence.compareTo(GREATEST_SILENCE) > 0) {
      throw new IllegalArgumentException(
          "silence must be from %s to %s: silence=%s"
              .formatted(LEAST_SILENCE, GREATEST_SILENCE, silence));
    }
  }

  /**
   * Returns the default: the cluster {@code overtake}, any port of the loopback address, nobody to
   * join, no key, five seconds of silence.
   *
   * @return a membership to begin with
   */
  public static Membership onLoopback() {
    return new Membership(
        "overtake",
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        List.of(),
        null,
        Duration.ofSeconds(5));
  }

  /**
   * Returns the same in another cluster.
   *
   * @param name of the cluster
   * @return a new membership
   */
  public Membership cluster(String name) {
    return new Membership(name, bind, join, key, silence);
  }

  /**
   * Returns the same at another address.
   *
   * @param address as above
   * @return a new membership
   */
  public Membership bind(InetSocketAddress address) {
    return new Membership(cluster, address, join, key, silence);
  }

  /**
   * Returns the same with others to join.
   *
   * @param addresses as above
   * @return a new membership
   */
  public Membership join(List<InetSocketAddress> addresses) {
    return new Membership(cluster, bind, addresses, key, silence);
  }

  /**
   * Returns the same with a key.
   *
   * @param shared as above
   * @return a new membership
   */
  public Membership key(@Nullable ClusterKey shared) {
    return new Membership(cluster, bind, join, shared, silence);
  }

  /**
   * Returns the same with another patience.
   *
   * @param longest as above
   * @return a new membership
   */
  public Membership silence(Duration longest) {
    return new Membership(cluster, bind, join, key, longest);
  }

  /**
   * Reads an address.
   *
   * @param text {@code HOST:PORT}, {@code HOST} for the default port; an IPv6 host in brackets
   * @return the address, looked up
   * @throws IllegalArgumentException if it is none, or nobody knows the host; the message says so
   *     in one line
   */
  public static InetSocketAddress address(String text) {
    int colon = text.lastIndexOf(':');
    boolean portless = colon < 0 || text.endsWith("]");
    String host = portless ? text : text.substring(0, colon);
    int port = portless ? DEFAULT_PORT : port(text.substring(colon + 1));
    if (host.isBlank() || port < 0) {
      throw new IllegalArgumentException(
          "cluster: no address: '%s'; write HOST:PORT, such as 127.0.0.1:%d"
              .formatted(text, DEFAULT_PORT));
    }
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new IllegalArgumentException("cluster: host unknown: " + host + "; check the name");
    }
    return address;
  }

  private static int port(String text) {
    try {
      int port = Integer.parseInt(text);
      return port <= 0xffff ? port : -1;
    } catch (NumberFormatException _) {
      return -1;
    }
  }

  static String text(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}
