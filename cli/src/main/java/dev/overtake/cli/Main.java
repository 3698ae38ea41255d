// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Locale;

/** Where the JVM enters. */
final class Main {
  private Main() {}

  public static void main(String[] args) {
    // Figures are read by scripts too: 0.5 is 0.5 wherever the machine stands.
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    // One line per entry, unless the user wants it otherwise.
    String format = "java.util.logging.SimpleFormatter.format";
    System.setProperty(format, System.getProperty(format, "%1$tF %1$tT %4$s %5$s%6$s%n"));
    System.exit(Overtake.run(writer(System.out), writer(System.err), args));
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, stream.charset());
  }
}
