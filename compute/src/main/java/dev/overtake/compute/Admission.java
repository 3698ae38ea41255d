// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.io.ObjectInputFilter;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which classes may come out of a frame. Not thread-safe: one per reader.
 *
 * <p>The rule: of the JDK, values (numbers, text, collections, times, addresses) and throwables; of
 * the class path, everything or, if the pool's owner names some, what lies in the packages named
 * and this library's own. In any case no deeper than {@link #GREATEST_DEPTH} and no array that
 * could not have fitted into a frame.
 */
final class Admission implements ObjectInputFilter {
  private static final int GREATEST_DEPTH = 1_000;

  private static final Set<String> JDK_PACKAGES =
      Set.of(
          "java.lang",
          "java.math",
          "java.time",
          "java.time.chrono",
          "java.util",
          "java.util.concurrent",
          "java.util.concurrent.atomic",
          "java.util.concurrent.locks");

  private static final Set<String> JDK_CLASSES =
      Set.of(
          "java.lang.invoke.SerializedLambda",
          "java.net.Inet4Address",
          "java.net.Inet6Address",
          "java.net.InetAddress",
          "java.net.InetSocketAddress",
          "java.net.SocketAddress",
          "java.net.URI",
          "java.time.zone.ZoneRules",
          "java.util.regex.Pattern");

  private final List<String> packages;
  private final int frameLimit;
  private @Nullable String refused;

  /**
   * Makes a filter.
   *
   * @param packages names of packages, with all below them, or of classes; empty for all
   * @param frameLimit of a frame's bytes
   */
  Admission(List<String> packages, int frameLimit) {
    this.packages = packages;
    this.frameLimit = frameLimit;
  }

  /** Returns what the last refusal was about, if there was one. */
  @Nullable String refused() {
    return refused;
  }

  @Override
  public Status checkInput(FilterInfo info) {
    if (info.depth() > GREATEST_DEPTH) {
      return refuse("nested deeper than " + GREATEST_DEPTH);
    }
    if (info.arrayLength() > frameLimit) {
      return refuse("array of %d elements".formatted(info.arrayLength()));
    }
    Class<?> type = info.serialClass();
    while (type != null && type.isArray()) {
      type = type.getComponentType();
    }
    if (type == null || admits(type)) {
      return Status.ALLOWED;
    }
    return refuse("class %s is not admitted; admit it or its package".formatted(type.getName()));
  }

  private boolean admits(Class<?> type) {
    return type.isPrimitive() || (isOfJdk(type) ? isJdkValue(type) : isNamed(type));
  }

  private static boolean isOfJdk(Class<?> type) {
    ClassLoader loader = type.getClassLoader();
    return loader == null || loader.equals(ClassLoader.getPlatformClassLoader());
  }

  private static boolean isJdkValue(Class<?> type) {
    return Throwable.class.isAssignableFrom(type)
        || JDK_PACKAGES.contains(type.getPackageName())
        || JDK_CLASSES.contains(type.getName());
  }

  private boolean isNamed(Class<?> type) {
    return packages.isEmpty()
        || type.getPackageName().equals(Admission.class.getPackageName())
        || packages.stream().anyMatch(name -> isIn(name, type.getName()));
  }

  private static boolean isIn(String name, String type) {
    return type.startsWith(name)
        && (type.length() == name.length()
            || type.charAt(name.length()) == '.'
            || type.charAt(name.length()) == '$');
  }

  private Status refuse(String why) {
    refused = why;
    return Status.REJECTED;
  }
}
