// SPDX-License-Identifier: Apache-2.0

import org.jspecify.annotations.NullMarked;

/** The live page: several models under the same load, side by side, while one watches. */
@NullMarked
module dev.overtake.live {
  requires static transitive org.jspecify;
  requires dev.overtake.lab;
  requires dev.overtake.load;
  requires dev.overtake.report;
  requires java.management;
  requires jdk.httpserver;
  requires jdk.management; // the page's own cost
  requires tools.jackson.databind;

  exports dev.overtake.live;

  opens dev.overtake.live to
      tools.jackson.databind; // writes records as JSON
}
