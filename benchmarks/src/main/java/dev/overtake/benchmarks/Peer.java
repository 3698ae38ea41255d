// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.compute.Compute;
import dev.overtake.scheduler.Demotion;
import dev.overtake.scheduler.Scheduler;
import dev.overtake.server.Model;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A server that answers {@code fib}'s line protocol: one of our models, or somebody else's. */
interface Peer {
  /** Connections the kernel may complete before they are accepted, the same for all. */
  int BACKLOG = 1024;

  /** What spellings there are, for help texts. */
  String CHOICES =
      "sequential, threads, pool:N, virtual, event-loop, overtake[:QUANTUM][:DEMOTION][:floor-PERCENT][:pinned]"
          + " as in overtake:500us:nice-10:floor-0, overtake@processes:N, overtake@threads:N, fallback,"
          + " agent (virtual, under the agent), netty[:LOOPS], netty-pool[:THREADS],"
          + " vertx, bare";

  /**
   * Starts to listen on a free port of the loopback; the process then serves until it is ended.
   *
   * @throws IOException if that is impossible; the process is then of no use
   */
  InetSocketAddress start() throws IOException;

  /**
   * Finds the peer of that spelling; nothing is started.
   *
   * @throws IllegalArgumentException if there is none; the message has the value and the choices
   */
  static Peer parse(String spelling) {
    int at = spelling.indexOf('@');
    if (at < 0) {
      return parse(spelling, Compute.inline());
    }
    Peer peer = parse(spelling.substring(0, at), compute(spelling, spelling.substring(at + 1)));
    if (!(peer instanceof OwnPeer)) {
      throw unknown(spelling); // others compute where they are
    }
    return peer;
  }

  private static Compute compute(String spelling, String compute) {
    try {
      return Compute.parse(compute);
    } catch (IllegalArgumentException e) {
      throw explained(spelling, e);
    }
  }

  private static Peer parse(String spelling, Compute compute) {
    int colon = spelling.indexOf(':');
    String name = colon < 0 ? spelling : spelling.substring(0, colon);
    String options = colon < 0 ? "" : spelling.substring(colon + 1);
    return switch (name) {
      case "bare" -> plain(spelling, options, new BarePeer());
      case "vertx" -> plain(spelling, options, new VertxPeer());
      case "netty" -> NettyPeer.inline(options.isEmpty() ? 0 : count(spelling, options));
      case "netty-pool" ->
          NettyPeer.pooled(
              options.isEmpty()
                  ? Runtime.getRuntime().availableProcessors()
                  : count(spelling, options));
      // Which of the two it becomes is decided by a system property of its process.
      case "overtake", "fallback" ->
          new OwnPeer(Model.overtake(scheduler(spelling, options)), compute);
      // The agent is its process's.
      case "agent" -> plain(spelling, options, new OwnPeer(model("virtual"), compute));
      default -> new OwnPeer(model(spelling), compute);
    };
  }

  /** What the JVM of this peer needs beyond the flags that all have. */
  static List<String> jvmFlags(String spelling) {
    return switch (spelling) {
      case "agent" -> List.of("-javaagent:" + agent());
      default -> spelling.startsWith("fallback") ? List.of("-Dovertake.fallback=true") : List.of();
    };
  }

  /** The agent's jar lies with the others, under the name that it has in repositories. */
  private static String agent() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> entry.matches(".*overtake-agent-[^/]*-agent\\.jar"))
        .findFirst()
        .orElseThrow(() ->
            new IllegalStateException(
                "agent: its jar is not on the class path; start it with benchmarks/run"));
  }

  private static Peer plain(String spelling, String options, Peer peer) {
    if (!options.isEmpty()) {
      throw unknown(spelling);
    }
    return peer;
  }

  private static int count(String spelling, String digits) {
    if (!digits.matches("[1-9]\\d{0,3}")) {
      throw unknown(spelling);
    }
    return Integer.parseInt(digits);
  }

  private static Model model(String spelling) {
    try {
      return Model.parse(spelling);
    } catch (IllegalArgumentException e) {
      throw explained(spelling, e);
    }
  }

  private static Scheduler.Builder scheduler(String spelling, String options) {
    Pattern quantum = Pattern.compile("(\\d{1,6})(us|ms)");
    Pattern floor = Pattern.compile("floor-(\\d{1,2})");
    Scheduler.Builder builder = Scheduler.builder();
    for (String option : options.isEmpty() ? new String[0] : options.split(":", -1)) {
      Matcher time = quantum.matcher(option);
      Matcher share = floor.matcher(option);
      if (time.matches()) {
        long count = Long.parseLong(time.group(1));
        builder.quantum(Duration.ofNanos(count * (time.group(2).equals("us") ? 1_000 : 1_000_000)));
      } else if (share.matches()) {
        builder.floor(Integer.parseInt(share.group(1)) / 100.0);
      } else if (option.equals("pinned")) {
        builder.pinned(true);
      } else {
        builder.demotion(demotion(spelling, option));
      }
    }
    return builder;
  }

  private static Demotion demotion(String spelling, String option) {
    for (Demotion demotion : Demotion.values()) {
      if (demotion.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(option)) {
        return demotion;
      }
    }
    throw unknown(spelling);
  }

  private static IllegalArgumentException explained(
      String spelling, IllegalArgumentException cause) {
    IllegalArgumentException explained = unknown(spelling);
    explained.initCause(cause);
    return explained;
  }

  private static IllegalArgumentException unknown(String spelling) {
    return new IllegalArgumentException("model unknown: " + spelling + "; choose of " + CHOICES);
  }
}
