// SPDX-License-Identifier: Apache-2.0
package dev.overtake.agent;

import dev.overtake.scheduler.Demotion;
import dev.overtake.scheduler.Scheduler;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the agent shall do: {@code mode=protect,loops=4,quantum=2ms,demotion=idle}.
 *
 * @param mode whether to protect or only to observe
 * @param scheduler a scheduler with the options set, not yet built
 * @param quantum how long is too long, for the observer
 */
record Options(Mode mode, Scheduler.Builder scheduler, Duration quantum) {
  private static final Duration QUANTUM = Duration.ofMillis(1);
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ns|us|µs|ms|s)");

  enum Mode {
    /** Time sharing for all virtual threads. */
    PROTECT,
    /** Nothing changes; culprits are named. */
    OBSERVE;

    String spelling() {
      return Options.spelling(this);
    }
  }

  /**
   * Reads options.
   *
   * @throws IllegalArgumentException if there is one that makes no sense; the message names it, its
   *     value, and what would do
   */
  static Options parse(@Nullable String text) {
    Mode mode = Mode.PROTECT;
    Duration quantum = QUANTUM;
    Scheduler.Builder scheduler = Scheduler.builder().name("overtake").quantum(quantum);
    Set<String> given = new HashSet<>();
    for (String option : text == null ? new String[0] : text.split(",")) {
      if (option.isBlank()) {
        continue;
      }
      int equals = option.indexOf('=');
      String name = (equals < 0 ? option : option.substring(0, equals)).strip();
      String value = equals < 0 ? "" : option.substring(equals + 1).strip();
      if (!given.add(name)) {
        throw new IllegalArgumentException("option given twice: " + name);
      }
      switch (name) {
        case "mode" -> mode = oneOf(Mode.class, name, value);
        case "loops" -> checked(name, () -> scheduler.eventLoops(number(name, value)));
        case "quantum" -> {
          Duration read = duration(name, value);
          checked(name, () -> scheduler.quantum(read));
          quantum = read;
        }
        case "demotion" -> scheduler.demotion(oneOf(Demotion.class, name, value));
        case "floor" -> checked(name, () -> scheduler.floor(fraction(name, value)));
        case "spare-carriers" -> checked(name, () -> scheduler.spareCarriers(number(name, value)));
        case "max-overstaying" ->
            checked(name, () -> scheduler.maxOverstaying(number(name, value)));
        default ->
            throw new IllegalArgumentException(
                "option unknown: "
                    + name
                    + "; there are mode, loops, quantum, demotion, floor, spare-carriers and"
                    + " max-overstaying");
      }
    }
    return new Options(mode, scheduler, quantum);
  }

  private static void checked(String name, Supplier<Scheduler.Builder> setting) {
    try {
      Scheduler.Builder ignored = setting.get();
    } catch (NumberFormatException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }

  private static int number(String name, String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw bad(name, value, "write a whole number, like " + name + "=4", e);
    }
  }

  private static double fraction(String name, String value) {
    try {
      return Double.parseDouble(value);
    } catch (NumberFormatException e) {
      throw bad(name, value, "write a fraction, like " + name + "=0.05", e);
    }
  }

  private static Duration duration(String name, String value) {
    Matcher matcher = DURATION.matcher(value);
    if (!matcher.matches()) {
      throw bad(name, value, "write a duration, like " + name + "=500us or " + name + "=2ms", null);
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ns" -> Duration.ofNanos(amount);
      case "us", "µs" -> Duration.ofNanos(amount * 1000);
      case "ms" -> Duration.ofMillis(amount);
      default -> Duration.ofSeconds(amount);
    };
  }

  private static <E extends Enum<E>> E oneOf(Class<E> type, String name, String value) {
    StringBuilder choices = new StringBuilder();
    for (E constant : type.getEnumConstants()) {
      String spelling = spelling(constant);
      if (spelling.equals(value)) {
        return constant;
      }
      choices.append(choices.isEmpty() ? "" : ", ").append(spelling);
    }
    throw bad(name, value, "choose one of " + choices, null);
  }

  private static String spelling(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** A NumberFormatException, so that it is told from what a builder refuses. */
  private static NumberFormatException bad(
      String name, String value, String advice, @Nullable Throwable cause) {
    NumberFormatException e =
        new NumberFormatException(
            "option " + name + " has a bad value: '" + value + "'; " + advice);
    if (cause != null) {
      e.initCause(cause);
    }
    return e;
  }
}
