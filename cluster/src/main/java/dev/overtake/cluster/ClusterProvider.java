// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

import dev.overtake.compute.Compute;
import dev.overtake.compute.ComputeProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads {@code cluster[:CONFIG]}. CONFIG is a list with commas: addresses of members to join, and
 * {@code name=VALUE} for {@code name}, {@code bind}, {@code key}, {@code silence}, {@code
 * patience}, {@code retries}. Without an address, the default port of the loopback address is
 * joined.
 */
public final class ClusterProvider implements ComputeProvider {
  private static final String SETTINGS = "name, bind, key, silence, patience, retries";

  /** For the service loader. */
  public ClusterProvider() {}

  @Override
  public String name() {
    return "cluster";
  }

  @Override
  public String choice() {
    return "cluster:HOST:PORT";
  }

  @Override
  public Compute parse(String spelling, List<Path> classPath) {
    if (!spelling.equals("cluster") && !spelling.startsWith("cluster:")) {
      throw new IllegalArgumentException(
          "compute cluster takes its settings after a colon: " + spelling);
    }
    Membership membership = Membership.onLoopback();
    ClusterCompute.Builder builder = ClusterCompute.builder(membership).spelling(spelling);
    // Set last: an address may need the key, which may be named after it.
    InetSocketAddress bind = membership.bind();
    ClusterKey key = null;
    List<InetSocketAddress> join = new ArrayList<>();
    String config = spelling.substring(Math.min(spelling.length(), "cluster:".length()));
    for (String word : config.split(",", -1)) {
      int equals = word.indexOf('=');
      String value = word.substring(equals + 1);
      switch (equals < 0 ? "" : word.substring(0, equals)) {
        case "" -> {
          if (!word.isEmpty()) {
            join.add(Membership.address(word));
          }
        }
        case "name" -> membership = membership.cluster(value);
        case "bind" -> bind = bindable(value);
        case "key" -> key = key(value);
        case "silence" -> membership = membership.silence(seconds(word, value));
        case "patience" -> builder.patience(seconds(word, value));
        case "retries" -> builder.retries(number(word, value));
        default ->
            throw new IllegalArgumentException(
                "compute cluster has no setting %s; choose one of %s".formatted(word, SETTINGS));
      }
    }
    if (join.isEmpty()) {
      join.add(Membership.address("127.0.0.1"));
    }
    return builder.membership(membership.key(key).bind(bind).join(join)).build();
  }

  /** A host alone means any free port there. */
  private static InetSocketAddress bindable(String value) {
    boolean portless = value.lastIndexOf(':') < 0 || value.endsWith("]");
    return Membership.address(portless ? value + ":0" : value);
  }

  private static ClusterKey key(String file) {
    try {
      return ClusterKey.read(Path.of(file));
    } catch (IOException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static Duration seconds(String word, String value) {
    String digits = value.endsWith("s") ? value.substring(0, value.length() - 1) : value;
    return Duration.ofSeconds(number(word, digits));
  }

  private static int number(String word, String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException _) {
      throw new IllegalArgumentException("compute cluster: not a whole number: " + word);
    }
  }
}
