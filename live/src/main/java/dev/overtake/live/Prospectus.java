// SPDX-License-Identifier: Apache-2.0
package dev.overtake.live;

import dev.overtake.lab.ReferenceServer;
import dev.overtake.lab.Stage;
import dev.overtake.report.Looks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What the page must know from the start and what never changes.
 *
 * @param contestants who may be chosen
 * @param mostServers how many of them at once
 * @param serverCores how many cores the servers share
 * @param machine what this runs on, in words
 * @param placement who sits on which cores, in words
 * @param python what CPython says it is; empty if there is none
 * @param limits ranges of the set-up
 * @param tour the steps of the article, in its order
 */
record Prospectus(
    List<Entry> contestants,
    int mostServers,
    int serverCores,
    String machine,
    String placement,
    String python,
    Limits limits,
    JsonNode tour) {
  /**
   * One who may be chosen.
   *
   * @param name of the contestant
   * @param hint what it is
   * @param colour a variable of the style sheet
   * @param dash lengths of strokes and gaps
   * @param marker its shape
   */
  record Entry(String name, String hint, String colour, String dash, String marker) {}

  /** What a set-up may be made of. */
  record Limits(
      int connections, int pace, int hogs, int shortestIntervalMicros, int longestIntervalMicros) {}

  static Prospectus of(
      List<Contestant> contestants,
      int mostServers,
      Stage stage,
      Optional<ReferenceServer> python) {
    List<Looks.Look> looks = Looks.of(contestants.stream().map(Contestant::name).toList());
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < contestants.size(); i++) {
      Looks.Look look = looks.get(i);
      entries.add(
          new Entry(
              look.name(), contestants.get(i).hint(), look.colour(), look.dash(), look.marker()));
    }
    return new Prospectus(
        entries,
        mostServers,
        stage.serverCores(),
        "%s, %d cores, JDK %s"
            .formatted(stage.machine().cpu(), stage.machine().cores(), Runtime.version()),
        stage.placementInWords(),
        python.map(ReferenceServer::version).orElse(""),
        new Limits(
            Setup.MOST_CONNECTIONS,
            Setup.FASTEST_PACE,
            Setup.MOST_HOGS,
            Setup.SHORTEST_INTERVAL,
            Setup.LONGEST_INTERVAL),
        Json.read(Assets.bytes("tour.json")));
  }
}
