// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ModelsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "sequential",
        "threads",
        "pool:1",
        "pool:100000",
        "virtual",
        "event-loop",
        "overtake",
        "gil",
        "gil:0.5ms",
        "gil:10s",
        "gil:ticks"
      })
  void giveBackTheirSpelling(String spelling) {
    try (Model model = Model.parse(spelling)) {
      assertThat(model).hasToString(spelling);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "thread", "Threads", "threads:2", "pool", ":", " virtual"})
  void areUnknownUnderAnyOtherName(String spelling) {
    assertThatThrownBy(() -> Model.parse(spelling))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("model unknown: " + spelling + "; choose one of " + Model.choices());
    assertThat(Model.choices()).startsWith("sequential, threads, pool:N, virtual, ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pool:0", "pool:-1", "pool:", "pool:x", "pool:4:4", "pool:100001"})
  void refusePoolsOfOtherThanAReasonableNumber(String spelling) {
    assertThatThrownBy(() -> Model.parse(spelling))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("model pool:N takes a number of threads from 1 to 100000: " + spelling);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"gil:", "gil:5", "gil:0ms", "gil:0.9us", "gil:11s", "gil:-1ms", "gil:tick"})
  void refuseSwitchIntervalsOfOtherThanAReasonableTime(String spelling) {
    assertThatThrownBy(() -> Model.parse(spelling))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "model gil:INTERVAL takes a time from 1us to 10s, such as 0.5ms, or ticks: "
                + spelling);
  }
}
