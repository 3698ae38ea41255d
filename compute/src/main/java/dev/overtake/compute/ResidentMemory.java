// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much memory a process really has, where the system tells. */
final class ResidentMemory {
  private static final String LABEL = "VmRSS:";

  private ResidentMemory() {}

  static boolean isKnown() {
    return Files.isReadable(Path.of("/proc/self/status"));
  }

  /** Returns -1 if it is not known, as when the process has just ended. */
  static long bytesOf(long pid) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"), UTF_8)) {
        if (line.startsWith(LABEL)) {
          String kilobytes = line.substring(LABEL.length()).replace("kB", "").strip();
          return Long.parseLong(kilobytes) * 1024;
        }
      }
      return -1;
    } catch (IOException | NumberFormatException _) {
      return -1;
    }
  }
}
