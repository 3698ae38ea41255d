// SPDX-License-Identifier: Apache-2.0
package dev.overtake.live;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a live page is made of. Immutable.
 *
 * @param serverCommand the words that start the command {@code overtake}; {@code serve fib --model
 *     …} is added to them. The first is a JVM
 * @param port where to listen on the loopback, 0 to 65535; 0 for a free one
 * @param python the command that starts CPython, null to leave it out
 * @param servers how many servers may run at once, 2 to 6
 * @param linger how long everything goes on when the last viewer has gone, 0 s to a day
 */
public record LiveOptions(
    List<String> serverCommand, int port, @Nullable String python, int servers, Duration linger) {
  static final int FEWEST_SERVERS = 2;
  private static final int MOST_SERVERS = 6;
  private static final Duration LONGEST_LINGER = Duration.ofDays(1);

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException with a line for the user, if one is out of range
   */
  public LiveOptions {
    serverCommand = List.copyOf(serverCommand);
    if (serverCommand.isEmpty()) {
      throw new IllegalArgumentException("serverCommand must have at least one word");
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port must be from 0 to 65535: port=" + port);
    }
    if (servers < FEWEST_SERVERS || servers > MOST_SERVERS) {
      throw new IllegalArgumentException(
          "servers must be from %d to %d: servers=%d"
              .formatted(FEWEST_SERVERS, MOST_SERVERS, servers));
    }
    if (linger.isNegative() || linger.compareTo(LONGEST_LINGER) > 0) {
      throw new IllegalArgumentException(
          "linger must be from 0 s to a day: linger=%d s".formatted(linger.toSeconds()));
    }
  }
}
