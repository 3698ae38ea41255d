// SPDX-License-Identifier: Apache-2.0
package dev.overtake.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The real jar in real JVMs, before programs that know nothing of it. */
class AgentTest {
  private static ChildJvm run(String program, String... flags) throws Exception {
    return ChildJvm.run(List.of(flags), Programs.class, program);
  }

  @Test
  void withoutTheAgentHogsStopAllShortTasks() throws Exception {
    ChildJvm jvm = run("shortTasksBesideHogs");
    assertThat(jvm.status()).isZero();
    assertThat(jvm.out()).isEqualTo("short tasks done: 0\n");
  }

  @Test
  void underTheAgentShortTasksRunBesideHogs() throws Exception {
    ChildJvm jvm = run("shortTasksBesideHogs", ChildJvm.agent(""));
    assertThat(jvm.status()).as(jvm.err()).isZero();
    assertThat(jvm.out()).isEqualTo("short tasks done: 20\n");
    assertThat(jvm.err()).contains("overtake-agent: protects").doesNotContain("WARNING");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          colour=red       | option unknown: colour; there are mode, loops, quantum,
          mode=shout       | option mode has a bad value: 'shout'; choose one of protect, observe
          loops=many       | option loops has a bad value: 'many'; write a whole number, like loops=4
          loops=0          | loops: event loops must be from 1 to 1024: 0
          quantum=2        | option quantum has a bad value: '2'; write a duration
          quantum=1m       | option quantum has a bad value: '1m'; write a duration
          demotion=IDLE    | option demotion has a bad value: 'IDLE'; choose one of none, nice-5
          'loops=1,loops=2'| option given twice: loops
          """)
  void optionsThatMakeNoSenseAreToldInOneLine(String options, String words) {
    assertThat(catchThrowable(() -> Options.parse(options)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(words)
        .hasMessageNotContaining("\n");
  }

  @Test
  void withABadOptionTheApplicationDoesNotStart() throws Exception {
    ChildJvm jvm = run("shortTasksBesideHogs", ChildJvm.agent("loops=many"));
    assertThat(jvm.status()).isEqualTo(2);
    assertThat(jvm.out()).isEmpty();
    assertThat(jvm.err())
        .isEqualTo(
            "overtake-agent: option loops has a bad value: 'many'; write a whole number, like"
                + " loops=4\n");
  }
}
