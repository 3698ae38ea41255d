// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class PlacementTest {
  @Test
  void readsWhatItWrites() {
    for (String text : List.of("shared", "separate", "separate:3")) {
      assertThat(Placement.parse(text)).hasToString(text);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Placement.parse("separate:0"))
        .withMessage("placement \"separate:0\" is unknown; use separate, separate:N or shared");
  }

  @Test
  void separateServersStartOnAllCoresButTheGenerators() {
    Seating seating = new Seating(CoreSet.first(4), Seating.Taskset.THERE);

    assertThat(seating.serverStarter(Placement.SEPARATE)).containsExactly("taskset", "-c", "1-3");
    assertThat(seating.serverStarter(Placement.parse("separate:1")))
        .containsExactly("taskset", "-c", "1");
    assertThat(seating.describe(Placement.SEPARATE))
        .isEqualTo("generator on core 0, server on cores 1-3, as if on two machines");
  }

  @Test
  void sharedServersStartAnywhere() {
    Seating seating = new Seating(CoreSet.first(4), Seating.Taskset.THERE);

    assertThat(seating.serverStarter(Placement.SHARED)).isEmpty();
    assertThat(seating.describe(Placement.SHARED))
        .isEqualTo("generator and server share cores 0-3 in one scheduling group");
  }

  @Test
  void whatCannotBeSeparatedIsSharedAndSaysWhy() {
    Seating oneCore = new Seating(CoreSet.first(1), Seating.Taskset.THERE);
    Seating noTaskset = new Seating(CoreSet.first(2), Seating.Taskset.MISSING);

    assertThat(oneCore.serverStarter(Placement.SEPARATE)).isEmpty();
    assertThat(oneCore.describe(Placement.SEPARATE)).endsWith(": there is one core only");
    assertThat(noTaskset.serverStarter(Placement.SEPARATE)).isEmpty();
    assertThat(noTaskset.describe(Placement.SEPARATE)).contains("there is no taskset");
  }

  @Test
  void generatorGetsItsCoresBack() {
    int before = Runtime.getRuntime().availableProcessors();
    try (Seating seating = new Seating()) {
      seating.seatGenerator(Placement.SEPARATE);
      Thread.currentThread().interrupt();
    }

    assertThat(Thread.interrupted()).isTrue();
    assertThat(Runtime.getRuntime().availableProcessors()).isEqualTo(before);
  }
}
