// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import dev.overtake.scheduler.Scheduler;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** The models that have a spelling: a new one adds a row here and touches nothing else. */
final class Models {
  private static final Map<String, Function<String, Model>> BY_SPELLING = new LinkedHashMap<>();

  static {
    BY_SPELLING.put("sequential", _ -> new Sequential());
    BY_SPELLING.put("threads", _ -> ThreadPerConnection.platform());
    BY_SPELLING.put("pool:N", Pool::parse);
    BY_SPELLING.put("virtual", _ -> ThreadPerConnection.virtual());
    BY_SPELLING.put("event-loop", _ -> EventLoopModel.eventLoop());
    BY_SPELLING.put("overtake", _ -> EventLoopModel.overtake(Scheduler.builder()));
  }

  private Models() {}

  static Model parse(String spelling) {
    int colon = spelling.indexOf(':');
    // "pool:4" is found as "pool:N" and gets "4".
    String row = colon < 0 ? spelling : spelling.substring(0, colon) + ":N";
    Function<String, Model> model = BY_SPELLING.get(row);
    if (model == null) {
      throw new IllegalArgumentException(
          "model unknown: " + spelling + "; choose one of " + choices());
    }
    return model.apply(spelling.substring(colon + 1));
  }

  static String choices() {
    return String.join(", ", BY_SPELLING.keySet());
  }
}
