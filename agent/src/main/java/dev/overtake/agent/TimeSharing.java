// SPDX-License-Identifier: Apache-2.0
package dev.overtake.agent;

import dev.overtake.scheduler.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Time sharing for the JDK's own virtual threads, for programs that cannot be started with the
 * agent.
 *
 * {@snippet :
 * try (TimeSharing sharing = TimeSharing.start("mode=protect")) {
 *   serve(); // on the JDK's virtual threads, made by whomever
 * }
 * }
 *
 * <p>A library cannot replace the JDK's scheduler. So {@code mode=protect} gives it more carriers
 * while all are occupied: short threads go on, at an equal share with the long ones, where the
 * agent gives them more. {@code mode=observe} does what it does under the agent: it names those who
 * occupy a carrier while others wait.
 *
 * <p>One per JVM: while the agent or an earlier one is at work, a later one does nothing.
 * Thread-safe.
 */
public final class TimeSharing implements AutoCloseable {
  private static final String AT_WORK =
      "overtake.agent"; // a system property: for all class loaders

  private final @Nullable Scheduler fallback;
  private final @Nullable Observer observer;
  private final boolean claimed;

  private TimeSharing(@Nullable Scheduler fallback, @Nullable Observer observer, boolean claimed) {
    this.fallback = fallback;
    this.observer = observer;
    this.claimed = claimed;
  }

  /**
   * Starts it, unless the agent or another one is at work already.
   *
   * @param options as the agent's; those that are about event loops have no effect
   * @return what ends it
   * @throws IllegalArgumentException if an option makes no sense; nothing was started
   */
  public static TimeSharing start(String options) {
    Options parsed = Options.parse(options);
    return claim(parsed.mode()) ? begin(parsed) : new TimeSharing(null, null, false);
  }

  /** Whether nobody else is at work in this JVM; from now on somebody is. */
  static boolean claim(Options.Mode mode) {
    return System.getProperties().putIfAbsent(AT_WORK, mode.spelling()) == null;
  }

  /** What can be done without the agent, after {@link #claim}. */
  static TimeSharing begin(Options options) {
    return switch (options.mode()) {
      case PROTECT -> new TimeSharing(options.scheduler().withoutEventLoops().build(), null, true);
      case OBSERVE -> new TimeSharing(null, Observer.start(options.quantum()), true);
    };
  }

  /** Ends what {@link #start} began: the JDK's scheduler has its usual carriers. Idempotent. */
  @Override
  public void close() {
    if (fallback != null) {
      fallback.close();
    }
    if (observer != null) {
      observer.close();
    }
    if (claimed) {
      System.clearProperty(AT_WORK);
    }
  }
}
