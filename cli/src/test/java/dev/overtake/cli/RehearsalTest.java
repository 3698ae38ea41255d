// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

class RehearsalTest {
  /** Where it fails, every later start of the command is slow, and nobody is told. */
  @Test
  void allThatIsRehearsedIsThere() {
    assertThatCode(Rehearsal::rehearse).doesNotThrowAnyException();
  }
}
