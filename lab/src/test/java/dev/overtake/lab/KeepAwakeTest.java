// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KeepAwakeTest {
  @Test
  void spinnersRunUntilItIsClosedAndAreSpokenOf() {
    try (ChildProcesses children = new ChildProcesses()) {
      try (KeepAwake awake = KeepAwake.on(children, CoreSet.first(1))) {
        // Where the programs for it are missing there is none, and that is said.
        assertThat(children.living()).isEqualTo(awake.spinners());
        assertThat(awake.describe())
            .startsWith(awake.spinners() == 1 ? "one SCHED_IDLE spinner a core (0)" : "off: ");
      }

      assertThat(children.living()).isZero();
    }
  }

  @Test
  void noneRunsWhenSwitchedOff() {
    try (ChildProcesses children = new ChildProcesses();
        KeepAwake awake = KeepAwake.off(children)) {
      assertThat(children.living()).isZero();
      assertThat(awake.describe()).startsWith("off: ");
    }
  }
}
