// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SafepointProbeTest {
  @Test
  void whatTheJvmLogsIsReadFromWhereMeasuringBegins() {
    SafepointProbe.Seen seen =
        SafepointProbe.Seen.in(
            """
            [0.4s][info][safepoint] Safepoint "ThreadDump", Time since last: 1 ns, Reaching safepoint: 9000000 ns, At safepoint: 1 ns, Leaving safepoint: 1 ns, Total: 3 ns
            measuring
            [0.5s][info][safepoint] Safepoint "ThreadDump", Time since last: 1 ns, Reaching safepoint: 2000 ns, At safepoint: 1 ns, Leaving safepoint: 1 ns, Total: 3 ns
            [0.6s][info][safepoint] Safepoint "Cleanup", Time since last: 1 ns, Reaching safepoint: 7000000 ns, At safepoint: 1 ns, Total: 3 ns
            [0.7s][info][safepoint] Safepoint "ThreadDump", Time since last: 1 ns, Reaching safepoint:    5000 ns, Cleanup: 1 ns, At safepoint: 1 ns, Total: 3 ns
            longest silence: 4000000
            """);

    assertThat(seen).isEqualTo(new SafepointProbe.Seen(List.of(2e-6, 5e-6), 4e-3));
    assertThat(seen.longestReachingSeconds()).isEqualTo(5e-6);
  }

  @Test
  void programThatSaidNothingShowsNothing() {
    SafepointProbe.Seen seen = SafepointProbe.Seen.in("");

    assertThat(seen.reachingSeconds()).isEmpty();
    assertThat(seen.silenceSeconds()).isNaN();
    assertThat(seen.longestReachingSeconds()).isNaN();
  }
}
