// SPDX-License-Identifier: Apache-2.0
package dev.overtake.live;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SetupTest {
  private static final List<String> KNOWN = List.of("threads", "virtual", "overtake", "gil");

  private static Setup with(Setup before, String json) {
    return before.with(Json.read(json.getBytes(UTF_8)), KNOWN, 3);
  }

  @Test
  void aRequestChangesWhatItNamesAndNothingElse() {
    Setup setup = with(Setup.NONE, "{\"models\":[\"virtual\",\"gil\"],\"hogs\":8,\"pace\":0}");

    assertThat(setup).isEqualTo(new Setup(List.of("virtual", "gil"), 10, 0, 8, 5_000));
    assertThat(with(setup, "{\"intervalMicros\":500}").gil()).isEqualTo("gil:500us");
    assertThat(with(setup, "{\"models\":[]}")).isEqualTo(new Setup(List.of(), 10, 0, 0, 5_000));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[]|a set-up is a JSON object",
        "{\"models\":[\"virtual\"]}|choose from 2 to 3 models, or none to end all: models=1",
        "{\"models\":[\"virtual\",\"gil\",\"threads\",\"overtake\"]}|models=4",
        "{\"models\":[\"virtual\",\"$(reboot)\"]}|model unknown here: ??reboot?",
        "{\"models\":[\"virtual\",7]}|model unknown here: ;",
        "{\"models\":\"virtual\"}|choose from 2 to 3",
        "{\"connections\":0}|connections must be from 1 to 100: connections=0",
        "{\"connections\":101}|connections=101",
        "{\"pace\":-1}|pace must be from 0 to 1000: pace=-1",
        "{\"hogs\":65}|hogs must be from 0 to 64: hogs=65",
        "{\"hogs\":1.5}|hogs must be a whole number",
        "{\"hogs\":\"8\"}|hogs must be a whole number",
        "{\"hogs\":99999999999}|hogs must be a whole number",
        "{\"intervalMicros\":49}|intervalMicros must be from 50 to 1000000",
        "{\"command\":\"sh\"}|a set-up has no such key: command"
      })
  void whatIsUnknownOrOutOfRangeIsRefusedInOneLine(String json, String line) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> with(Setup.NONE, json))
        .withMessageContaining(line)
        .withMessageNotContaining("\n");
  }

  @Test
  void allHogsTogetherLeaveLittleToCompute() {
    Setup setup = with(Setup.NONE, "{\"models\":[\"virtual\",\"gil\"]}");

    assertThat(with(setup, "{\"hogs\":1}").hogLength().toMillis()).isEqualTo(1_500);
    assertThat(with(setup, "{\"hogs\":64}").hogLength().toMillis()).isEqualTo(250);
  }
}
