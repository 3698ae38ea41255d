// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** What the command left behind when it was run inside the test's own process. */
record Outcome(int exitStatus, String out, String err) {
  static Outcome of(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitStatus = Overtake.run(new PrintWriter(out), new PrintWriter(err), args);
    return new Outcome(exitStatus, out.toString(), err.toString());
  }
}
