// SPDX-License-Identifier: Apache-2.0

import org.jspecify.annotations.NullMarked;

/** Experiments: a server, a load, a question, a verdict. */
@NullMarked
module dev.overtake.lab {
  requires static org.jspecify;
  requires transitive dev.overtake.load; // what the probe is to do
  requires dev.overtake.report;
  requires transitive dev.overtake.server; // a handler of the lab, and whose bytecode it shows
  requires java.management; // the samples, in processes of their own
  requires tools.jackson.databind;

  exports dev.overtake.lab;

  opens dev.overtake.lab to
      tools.jackson.databind; // writes records as JSON
}
