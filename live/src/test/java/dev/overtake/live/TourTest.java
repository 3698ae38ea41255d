// SPDX-License-Identifier: Apache-2.0
package dev.overtake.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overtake.lab.ReferenceServer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class TourTest {
  @Test
  void everyStepIsASetupThatCanBeAndSaysTwoSentences() throws Exception {
    Optional<ReferenceServer> python = ReferenceServer.unpack("python3");
    try (ReferenceServer server = python.orElseThrow()) {
      List<String> known =
          Contestant.all(List.of("java"), Optional.of(server)).stream()
              .map(Contestant::name)
              .toList();
      JsonNode tour = Json.read(Assets.bytes("tour.json"));
      assertThat(tour.size()).isGreaterThanOrEqualTo(10);
      for (JsonNode step : tour) {
        assertThat(step.get("title").stringValue()).isNotBlank();
        assertThat(step.get("says").size()).isEqualTo(2);
        assertThat(step.get("look").stringValue()).isNotBlank();
        Setup setup = Setup.NONE.with(step.get("setup"), known, 6);
        assertThat(setup.models()).hasSizeBetween(2, 6);
        for (JsonNode then : step.path("then")) {
          ObjectNode change = (ObjectNode) then.get("setup");
          if (change.path("hogs").isString()) {
            assertThat(change.get("hogs").stringValue()).isEqualTo("cores");
            change.put("hogs", 2);
          }
          setup = setup.with(change, known, 6);
        }
      }
    }
  }
}
