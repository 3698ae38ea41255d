// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ComputesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "inline",
        "threads:4",
        "processes:4",
        "learned,processes:4",
        "threshold:15,threads:4",
        "threshold:15,learned,threads:4",
        "threshold:0,inline",
        "threshold:15,threshold:20,threads:1"
      })
  void givesBackTheSpellingItWasFoundBy(String spelling) {
    try (Compute compute = Compute.parse(spelling)) {
      assertThat(compute).hasToString(spelling);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          ""                      | compute unknown: ; choose one of
          cloud                   | compute unknown: cloud; choose one of
          threads                 | compute unknown: threads; choose one of
          inline:3                | compute unknown: inline:3; choose one of
          threads:0               | threads takes a number from 1 to 10000: threads:0
          threads:-4              | threads takes a number from 1 to 10000: threads:-4
          threads:many            | threads takes a number from 1 to 10000: threads:many
          threads:10001           | threads takes a number from 1 to 10000: threads:10001
          threads:                | threads takes a number from 1 to 10000: threads:
          processes:0             | processes takes a number from 1 to 256: processes:0
          processes:four          | processes takes a number from 1 to 256: processes:four
          learned                 | learned needs another one for what leaves, such as learned,threads:4
          learned:4,threads:1     | compute unknown: learned:4,threads:1; choose one of
          threshold:15            | threshold:15 needs another one for what leaves
          threshold:15,           | needs another one for what leaves
          threshold:-1,threads:2  | takes a hint from 0 to 9223372036854775807: threshold:-1
          threshold:x,threads:2   | takes a hint from 0
          threshold:15,cloud      | compute unknown: cloud; choose one of
          threads:2,threads:2     | threads:2 takes no other one after it: threads:2,threads:2
          inline,threads:2        | inline takes no other one after it: inline,threads:2
          """)
  void refusesWhatItCannotReadInOneLine(String spelling, String message) {
    assertThatThrownBy(() -> Compute.parse(spelling))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  @Test
  void aTaskSaysWhatIsWrongWithIt() {
    Callable<Integer> work = () -> 1;
    assertThatThrownBy(() -> new Task<>(" ", 1, work)).hasMessageContaining("kind");
    assertThatThrownBy(() -> new Task<>("a", -1, work)).hasMessageContaining("hint=-1");
    assertThatThrownBy(() -> new Task<>("a", 1, work).within(Duration.ZERO))
        .hasMessageContaining("deadline=PT0S");
  }
}
