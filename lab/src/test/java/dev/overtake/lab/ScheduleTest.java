// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  private static final Experiment.Step STEP =
      new Experiment.Step(Duration.ofSeconds(2), Duration.ofSeconds(10));

  private final List<String> heard = new ArrayList<>();

  @Test
  void loadsKeepTheirFullLengthWhereThereIsTime() {
    assertThat(schedule(Duration.ofSeconds(100)).pace()).isEqualTo(1);
  }

  @Test
  void loadsAreShortenedToFitAndOverheadIsNot() {
    Schedule schedule = schedule(Duration.ofSeconds(14));

    assertThat(schedule.pace()).isEqualTo(0.5);
    assertThat(schedule.remaining()).isEqualTo(Duration.ofSeconds(14));
  }

  @Test
  void loadsAreNeverShorterThanWhatStillShowsSomething() {
    assertThat(schedule(Duration.ofSeconds(1)).pace()).isEqualTo(0.3);
  }

  @Test
  void stepsAreToldWithWhatRemains() {
    Schedule schedule = schedule(Duration.ofSeconds(100));
    schedule.begin("first");
    schedule.begin("second");

    assertThat(heard).containsExactly("1/2 first PT24S", "2/2 second PT12S");
    assertThat(schedule.remaining()).isZero();
    assertThatIllegalStateException()
        .isThrownBy(() -> schedule.begin("third"))
        .withMessage("a step must have been planned: label=third");
  }

  private Schedule schedule(Duration budget) {
    return new Schedule(
        List.of(STEP, STEP),
        budget,
        new ProgressListener() {
          @Override
          public void step(int number, int of, String label, Duration remaining) {
            heard.add("%d/%d %s %s".formatted(number, of, label, remaining));
          }

          @Override
          public void note(String line) {
            heard.add(line);
          }

          @Override
          public void done(Duration took) {
            heard.add("done");
          }
        });
  }
}
