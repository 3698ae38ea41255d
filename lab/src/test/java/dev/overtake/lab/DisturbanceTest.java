// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DisturbanceTest {
  private static final Machine QUIET = machine(0.1);

  @Test
  void whatIsNeitherIdleNorStolenNorOursIsForeign() {
    var before = new Disturbance.Reading(1_000, 100, 10, 50);
    var after = new Disturbance.Reading(2_000, 400, 60, 550);

    assertThat(before.until(after)).isEqualTo(new Disturbance(0.05, 0.15, true));
  }

  @Test
  void noTimeTellsNothing() {
    var reading = new Disturbance.Reading(1_000, 100, 10, 50);

    assertThat(reading.until(reading)).isEqualTo(Disturbance.UNKNOWN);
  }

  @Test
  void quietMachineGivesNoWarning() {
    assertThat(new Disturbance(0.001, 0.01, true).warnings(QUIET)).isEmpty();
  }

  @Test
  void eachDisturbanceIsNamedWithItsFigure() {
    assertThat(new Disturbance(0.05, 0.15, true).warnings(machine(3)))
        .containsExactly(
            "the machine was busy when the run began: load average 3.0 on 2 cores",
            "other processes took 15 % of the CPU time during the run",
            "the hypervisor took 5 % of the CPU time during the run (steal)");
  }

  @Test
  void kernelsAccountsAreReadWhereThereAreSome() {
    assertThat(Disturbance.Reading.now().isPresent())
        .isEqualTo(Files.exists(Path.of("/proc/stat")));
  }

  @Test
  void machineTellsWhatItIs() {
    Machine here = Machine.here(2, "no-such-python-here");

    assertThat(here.os()).isNotBlank();
    assertThat(here.cpu()).isNotBlank();
    assertThat(here.jdk()).contains(Runtime.version().toString());
    assertThat(here.python()).isEqualTo("cannot run \"no-such-python-here --version\"");
    assertThat(Machine.here(2, null).python()).isEqualTo("left out");
  }

  private static Machine machine(double loadAverage) {
    return new Machine("os", "6.18", "cpu", 2, 0, "jdk", "abc1234", false, "3.14", loadAverage);
  }
}
