// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;

/**
 * What has a spelling: {@code HEAD[:NUMBER][,COMPUTE]}, where the rest is a compute again; or what
 * a provider understands.
 */
final class Computes {
  private static final String OWN = "inline, threads:N, processes:N";
  private static final String COMBINATIONS = "threshold:K,COMPUTE, learned,COMPUTE";

  private static final int MOST_THREADS = 10_000;
  private static final int MOST_PROCESSES = 256;
  private static final int QUEUE_LIMIT = 1_000;

  private Computes() {}

  static String choices() {
    StringBuilder choices = new StringBuilder(OWN);
    for (ComputeProvider provider : providers()) {
      choices.append(", ").append(provider.choice());
    }
    return choices.append(", ").append(COMBINATIONS).toString();
  }

  private static ServiceLoader<ComputeProvider> providers() {
    return ServiceLoader.load(ComputeProvider.class, ComputeProvider.class.getClassLoader());
  }

  static Compute parse(String spelling, List<Path> classPath) {
    int comma = spelling.indexOf(',');
    String head = comma < 0 ? spelling : spelling.substring(0, comma);
    String rest = comma < 0 ? "" : spelling.substring(comma + 1);
    int colon = head.indexOf(':');
    String name = colon < 0 ? head : head.substring(0, colon + 1);
    String number = head.substring(colon + 1);
    return switch (name) {
      case "inline" -> last(Inline.INSTANCE, spelling, rest);
      case "threads:" ->
          last(new ThreadPool(count(spelling, number, MOST_THREADS), QUEUE_LIMIT), spelling, rest);
      case "processes:" ->
          last(
              new Processes(
                  count(spelling, number, MOST_PROCESSES),
                  ProcessPool.builder().classPath(classPath)),
              spelling,
              rest);
      case "threshold:" ->
          new Threshold(
              number(spelling, "hint", number, 0, Long.MAX_VALUE),
              inner(spelling, rest, classPath));
      case "learned" -> new Learned(inner(spelling, rest, classPath));
      default -> provided(spelling, colon < 0 ? head : head.substring(0, colon), classPath);
    };
  }

  private static Compute provided(String spelling, String name, List<Path> classPath) {
    for (ComputeProvider provider : providers()) {
      if (provider.name().equals(name)) {
        return provider.parse(spelling, classPath);
      }
    }
    throw new IllegalArgumentException(
        "compute unknown: %s; choose one of %s".formatted(spelling, choices()));
  }

  private static Compute last(Compute compute, String spelling, String rest) {
    if (!rest.isEmpty()) {
      throw new IllegalArgumentException(
          "compute %s takes no other one after it: %s".formatted(compute, spelling));
    }
    return compute;
  }

  private static Compute inner(String spelling, String rest, List<Path> classPath) {
    if (rest.isEmpty()) {
      throw new IllegalArgumentException(
          "compute %s needs another one for what leaves, such as %s,threads:4"
              .formatted(spelling, spelling));
    }
    return parse(rest, classPath);
  }

  private static int count(String spelling, String number, int most) {
    return (int) number(spelling, "number", number, 1, most);
  }

  private static long number(String spelling, String what, String text, long least, long most) {
    long number;
    try {
      number = Long.parseLong(text);
    } catch (NumberFormatException e) {
      number = -1;
    }
    if (number < least || number > most) {
      throw new IllegalArgumentException(
          "compute %s takes a %s from %d to %d: %s"
              .formatted(
                  spelling.substring(0, spelling.indexOf(':')), what, least, most, spelling));
    }
    return number;
  }
}
