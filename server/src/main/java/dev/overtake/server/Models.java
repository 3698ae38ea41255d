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
    BY_SPELLING.put("gil", _ -> Gil.withDefaultInterval());
    BY_SPELLING.put("gil:INTERVAL", Gil::parse);
    BY_SPELLING.put("gil:ticks", _ -> Gil.withTicks());
  }

  private Models() {}

  static Model parse(String spelling) {
    // "pool:4" is found as "pool:N" and gets "4".
    int parameter = spelling.indexOf(':') + 1;
    String family = spelling.substring(0, parameter);
    Function<String, Model> model = BY_SPELLING.get(spelling);
    if (model == null && parameter > 0) {
      model =
          BY_SPELLING.entrySet().stream()
              .filter(row -> row.getKey().startsWith(family))
              .findFirst()
              .map(Map.Entry::getValue)
              .orElse(null);
    }
    if (model == null) {
      throw new IllegalArgumentException(
          "model unknown: " + spelling + "; choose one of " + choices());
    }
    return model.apply(spelling.substring(parameter));
  }

  static String choices() {
    return String.join(", ", BY_SPELLING.keySet());
  }
}
