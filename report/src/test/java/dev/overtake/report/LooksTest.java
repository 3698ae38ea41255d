// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LooksTest {
  @Test
  void aModelLooksAsItDoesInTheReportAndItsColourHasAValue() {
    List<Looks.Look> looks = Looks.of(List.of("overtake", "CPython threads", "CPython pool"));

    assertThat(looks.getFirst()).isEqualTo(new Looks.Look("overtake", "--c0", "", "disc"));
    assertThat(looks.get(1).colour()).isEqualTo(looks.get(2).colour()).isEqualTo("--c7");
    assertThat(looks.get(1).dash()).isNotEqualTo(looks.get(2).dash());
    looks.forEach(look -> assertThat(Looks.styleSheet()).contains(look.colour() + ": #"));
  }
}
