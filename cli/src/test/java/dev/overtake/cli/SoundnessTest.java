// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.overtake.load.Failures;
import dev.overtake.load.GeneratorHealth;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class SoundnessTest {
  private static final Failures NONE = new Failures(0, 0, 0, 0, 0, 0, null, null);

  private final StringWriter err = new StringWriter();

  @Test
  void aGeneratorThatWasTheLimitMakesTheMeasurementInvalid() {
    assertThatExceptionOfType(CommandFailure.class)
        .isThrownBy(() -> check(1_000, NONE, health(true)))
        .withMessageContaining("the generator was the limit")
        .satisfies(failure -> assertThat(failure.exitCode.number).isEqualTo(4));
  }

  @Test
  void whatWentWrongIsToldByKind() {
    check(1_000, new Failures(0, 0, 0, 2, 1, 1, null, "hello"), health(false));

    assertThat(err.toString())
        .startsWith(
            "went wrong: 2 reset, 1 closed by the server, 1 answered nonsense, first 'hello'\n")
        .endsWith("generator: it kept up\n");
  }

  private void check(long answered, Failures failures, GeneratorHealth health) {
    Soundness.check(answered, failures, health, new PrintWriter(err));
  }

  private static GeneratorHealth health(boolean saturated) {
    return new GeneratorHealth(1, 0.5, null, 0, 0, 0, 0, null, saturated, "it kept up");
  }
}
