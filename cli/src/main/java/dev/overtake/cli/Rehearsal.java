// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import java.io.PrintWriter;
import java.io.Writer;

/**
 * Goes once through what a start of the command does, so that the JVM, told to record it, has the
 * same classes loaded and linked the next time.
 */
final class Rehearsal {
  private Rehearsal() {}

  public static void main(String[] args) {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    Overtake.run(nowhere, nowhere, "--help");
    System.exit(0);
  }
}
