// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ProcessMemoryTest {
  @Test
  void kernelsKilobytesAreKibibytes() {
    assertThat(ProcessMemory.in("Name:\tjava\nVmSize:\t  2048 kB\nVmRSS:\t   3 kB\n"))
        .isEqualTo(new ProcessMemory(2 << 20, 3 << 10));
  }

  @Test
  void histogramCountsInItsLastLine() {
    String histogram =
        """
         num     #instances         #bytes  class name (module)
        -------------------------------------------------------
           1:         10012         720864  [B (java.base@25)
        Total         31003        2400016
        """;
    assertThat(ProcessMemory.liveBytes(histogram)).isEqualTo(2_400_016);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ProcessMemory.liveBytes("4711: No such process"))
        .withMessageContaining("No such process");
  }
}
