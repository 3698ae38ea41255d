// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

/** What the log says of a connection whose handler failed: one line, whatever happened. */
final class Failures {
  private static final System.Logger log = System.getLogger(TcpServer.class.getName());

  private static final int LONGEST_LINE = 400;

  /** Causes looked at, because a chain of causes may be a ring. */
  private static final int DEEPEST_CAUSE = 10;

  private Failures() {}

  static void log(Handler handler, String remoteAddress, Throwable failure) {
    // A peer may leave at any time and as often as it likes: that is no news to an operator.
    System.Logger.Level level = isLostConnection(failure) ? DEBUG : WARNING;
    log.log(
        level,
        () ->
            "connection %s: closed, handler %s failed: %s"
                .formatted(remoteAddress, handler.getClass().getName(), oneLine(failure)));
  }

  /** Class, message and place of a failure, without line breaks. */
  static String oneLine(Throwable failure) {
    StackTraceElement[] trace = failure.getStackTrace();
    String place = trace.length == 0 ? "" : " at " + trace[0];
    return oneLine(failure.toString()) + place;
  }

  /** A text without line breaks, the beginning of it if it is long. */
  static String oneLine(String text) {
    String line = text.replaceAll("\\p{Cntrl}+", " ");
    return line.substring(0, Math.min(line.length(), LONGEST_LINE));
  }

  private static boolean isLostConnection(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
      if (cause instanceof ConnectionLostException) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }
}
