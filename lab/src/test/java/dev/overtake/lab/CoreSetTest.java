// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CoreSetTest {
  @Test
  void readsAndWritesWhatLinuxWrites() {
    CoreSet cores = CoreSet.parse("0,2-5,8\n");

    assertThat(cores.cores()).isEqualTo(List.of(0, 2, 3, 4, 5, 8));
    assertThat(cores).hasToString("0,2-5,8");
  }

  @Test
  void givesAsManyAsThereAre() {
    CoreSet cores = CoreSet.first(3);

    assertThat(cores.withoutFirst()).hasToString("1-2");
    assertThat(cores.upTo(1)).hasToString("0");
    assertThat(cores.upTo(9)).hasToString("0-2");
  }
}
