// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What memory the kernel counts for a process.
 *
 * @param reservedBytes of address space, used or not
 * @param residentBytes of physical memory
 */
record ProcessMemory(long reservedBytes, long residentBytes) {
  private static final Pattern TOTAL = Pattern.compile("(?m)^Total +\\d+ +(\\d+)");

  /**
   * Asks the kernel.
   *
   * @throws IOException if there is no such process, or no Linux to tell of it
   */
  static ProcessMemory of(long pid) throws IOException {
    return in(Files.readString(Path.of("/proc/" + pid + "/status")));
  }

  /** What a file {@code /proc/PID/status} says. */
  static ProcessMemory in(String status) {
    return new ProcessMemory(bytes(status, "VmSize"), bytes(status, "VmRSS"));
  }

  /** What a class histogram of the JVM adds up to. */
  static long liveBytes(String histogram) throws IllegalArgumentException {
    Matcher total = TOTAL.matcher(histogram);
    if (!total.find()) {
      throw new IllegalArgumentException(
          "a class histogram must end with its total: "
              + histogram.lines().findFirst().orElse("nothing"));
    }
    return Long.parseLong(total.group(1));
  }

  private static long bytes(String status, String name) {
    Matcher line = Pattern.compile(name + ":\\s+(\\d+) kB").matcher(status);
    if (!line.find()) {
      throw new IllegalArgumentException("a process's status must tell its " + name);
    }
    return Long.parseLong(line.group(1)) * 1024;
  }
}
