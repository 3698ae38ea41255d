// SPDX-License-Identifier: Apache-2.0
package dev.overtake.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FiguresLineTest {
  @Test
  void aLineIsReadAsItIsWritten() {
    assertThat(FiguresLine.parse("figures\t12\t10\t2\tconn-3 computed for 1100 µs\tA.b(A.java:1)"))
        .contains(
            new FiguresLine.Figures(
                12, 10, 2, List.of("conn-3 computed for 1100 µs", "A.b(A.java:1)")));
    assertThat(FiguresLine.parse("figures\t0\t0\t0\t"))
        .contains(new FiguresLine.Figures(0, 0, 0, List.of()));
  }

  @Test
  void otherLinesAreNone() {
    assertThat(FiguresLine.parse("good morning")).isEmpty();
    assertThat(FiguresLine.parse("figures\t1")).isEmpty();
    assertThat(FiguresLine.parse("figures\tmany\t0\t0\t")).isEmpty();
  }
}
