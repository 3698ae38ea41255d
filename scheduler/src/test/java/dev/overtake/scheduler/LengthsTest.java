// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LengthsTest {
  private static final long QUANTUM = 800;
  private static final long EIGHTH = 100;

  private final Lengths lengths = new Lengths(QUANTUM);

  @Test
  void aSliceEndsWithTheNextOne() {
    lengths.sliceBegan(1_000);
    lengths.sliceBegan(1_000 + EIGHTH);
    lengths.sliceBegan(1_000 + EIGHTH + EIGHTH + 1);

    assertThat(lengths.slices()).isEqualTo(2);
    assertThat(lengths.longOnes()).isEqualTo(1);
  }

  @Test
  void aPauseIsNotPartOfASlice() {
    lengths.sliceBegan(1_000);
    lengths.sliceEnded(1_000 + EIGHTH);
    lengths.sliceEnded(2_000); // looked again
    lengths.sliceBegan(5_000);

    assertThat(lengths.slices()).isEqualTo(1);
    assertThat(lengths.longOnes()).isZero();
  }
}
