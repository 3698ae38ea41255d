// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Lets the calling thread run the moment it is due, as far as the system allows.
 *
 * <p>An open loop stands for users elsewhere, whom the server cannot delay. Where it shares cores
 * with the server, only a real-time priority comes near to that: an ordinary thread waits
 * milliseconds for the server's to end their turns, and so measures its own lateness. It needs a
 * privilege, and without it the health of the run tells how late the sends were.
 */
final class Promptness {
  private static final int PATIENCE_SECONDS = 5;

  private Promptness() {}

  /**
   * Asks for punctual timers and a real-time priority; whatever is refused is done without. Takes a
   * few milliseconds.
   */
  static void ask() throws InterruptedException {
    try {
      // The file of the timers is found under the thread's own number only.
      Path self = Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName();
      // Linux lets a timer be late by 50 µs to save wake-ups, unless the thread asks otherwise.
      Files.writeString(Path.of("/proc", self.toString(), "timerslack_ns"), "1");
      Process raise =
          new ProcessBuilder("chrt", "--fifo", "--pid", "1", self.toString())
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!raise.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        raise.destroyForcibly();
      }
    } catch (IOException | UnsupportedOperationException _) {
      return; // not Linux, not allowed, or no such program
    }
  }
}
