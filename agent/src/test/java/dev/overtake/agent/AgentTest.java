// SPDX-License-Identifier: Apache-2.0
package dev.overtake.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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

  @Test
  void socketsAreServedBesideMoreHogsThanLoops() throws Exception {
    ChildJvm jvm = run("socketsBesideHogs", ChildJvm.agent(""));
    assertThat(jvm.out()).as(jvm.err()).isEqualTo("answers: 50\n");
  }

  @Test
  void whoNeverWaitsInItsReadsLetsOthersRunBeforeItOverstays() throws Exception {
    ChildJvm jvm = run("quickPeers", ChildJvm.agent("loops=1,quantum=1s"));
    assertThat(jvm.out())
        .as(jvm.err())
        .isEqualTo("another one has run\n".repeat(3) + "hand-offs: 0\n");
  }

  @Test
  void pinnedWaitsOnEveryLoopStopNobody() throws Exception {
    ChildJvm jvm = run("pinnedWaits", ChildJvm.agent(""));
    assertThat(jvm.out()).as(jvm.err()).isEqualTo("short tasks done: 20\npinned ones done: true\n");
  }

  @Test
  void threadsStartedByAnOverstayingThreadAreNotDemoted() throws Exception {
    ChildJvm jvm = run("priorities", ChildJvm.agent(""));
    assertThat(jvm.out())
        .as(jvm.err())
        .isEqualTo("overstaying: nice 19, policy 5\nas main: true\nas main: true\n");
  }

  @Test
  void theJvmEndsFromAVirtualThreadBesideHogs() throws Exception {
    assertThat(run("exitFromAVirtualThread", ChildJvm.agent("")).status()).isEqualTo(7);
  }

  @Test
  void figuresAreThereForConsoles() throws Exception {
    ChildJvm jvm = run("figures", ChildJvm.agent(""));
    assertThat(jvm.out())
        .as(jvm.err())
        .isEqualTo("hand-offs: true\nparallelism: true\nmounted: true\npool size: true\n");
  }

  @Test
  void handOffsAreRecordedAndLogged() throws Exception {
    ChildJvm jvm = run("recording", ChildJvm.agent("quantum=2ms"));
    assertThat(jvm.out()).as(jvm.err()).startsWith("handed off: hog-");
    assertThat(jvm.err()).containsPattern("thread hog-. computed past its quantum at .*compute");
  }

  @Test
  void whoIsToObserveNamesTheCulpritsAndChangesNothing() throws Exception {
    ChildJvm jvm = run("whatIsObserved", ChildJvm.agent("mode=observe"));
    assertThat(jvm.err()).contains("overtake-agent: observes");
    assertThat(jvm.out())
        .as(jvm.err())
        .startsWith("short tasks done: 0\n")
        .containsPattern("thread hog-. computed for .* at .*Programs.compute")
        .endsWith("true\n");
  }

  @Test
  void whereVirtualThreadsCameFirstNothingIsTouchedAndCarriersAreAdded(@TempDir Path folder)
      throws Exception {
    String early = OtherAgents.flag(folder, OtherAgents.Early.class);
    ChildJvm jvm = run("shortTasksBesideHogs", early, ChildJvm.agent(""));
    assertThat(jvm.err())
        .isEqualTo(
            "overtake-agent: virtual threads were in use before the agent, so name it before other"
                + " agents; virtual threads stay on the JDK's scheduler, which gets more carriers"
                + " while all are occupied\n");
    assertThat(jvm.out()).isEqualTo("short tasks done: 20\n");
  }

  @Test
  void onAJdkThatIsMadeDifferentlyNothingIsTouched(@TempDir Path folder) throws Exception {
    String changing = OtherAgents.flag(folder, OtherAgents.Changing.class);
    ChildJvm jvm = run("whereVirtualThreadsRun", changing, ChildJvm.agent(""));
    assertThat(jvm.out()).as(jvm.err()).startsWith("on ForkJoinPool-");
    assertThat(jvm.err())
        .startsWith("overtake-agent: this JDK, ")
        .contains("is not made as the agent knows it: VirtualThread calls what is not known here:")
        .contains("ForkJoinPool.commonPool")
        .contains("which gets more carriers")
        .hasLineCount(1);
    assertThat(run("shortTasksBesideHogs", changing, ChildJvm.agent("")).out())
        .isEqualTo("short tasks done: 20\n");
  }

  @Test
  void whereVirtualThreadsAreOsThreadsNothingIsToDo() throws Exception {
    ChildJvm jvm =
        run(
            "shortTasksBesideHogs",
            "-XX:+UnlockExperimentalVMOptions",
            "-XX:-VMContinuations",
            ChildJvm.agent(""));
    assertThat(jvm.out()).as(jvm.err()).isEqualTo("short tasks done: 20\n");
    assertThat(jvm.err()).startsWith("overtake-agent: nothing to do: ").hasLineCount(1);
  }

  @Test
  void onlyAClassThatIsMadeAsKnownIsRewritten() throws Exception {
    byte[] original = OtherAgents.virtualThread();
    Rewriting rewriting = new Rewriting("a key");
    assertThat(rewriting.transform(null, Rewriting.CLASS, null, null, original)).isNotNull();
    assertThat(rewriting.difference()).isNull();

    byte[] changed = OtherAgents.withAnotherCall(original);
    assertThat(rewriting.transform(null, Rewriting.CLASS, null, null, changed)).isNull();
    assertThat(rewriting.difference()).contains("commonPool");

    byte[] another = original.clone();
    another[7] = 99; // the class file's version
    assertThat(rewriting.transform(null, Rewriting.CLASS, null, null, another)).isNull();
    assertThat(rewriting.difference()).isNotNull();

    assertThat(rewriting.transform(null, "java/lang/Object", null, null, original)).isNull();
  }

  @Test
  void twoAgentsAreOne() throws Exception {
    ChildJvm jvm = run("shortTasksBesideHogs", ChildJvm.agent(""), ChildJvm.agent("loops=3"));
    assertThat(jvm.out()).isEqualTo("short tasks done: 20\n");
    assertThat(jvm.err()).contains("already at work in this JVM");
  }

  @Test
  void dumpsAndSignalsWorkAsEver(@TempDir Path folder) throws Exception {
    Process jvm =
        new ProcessBuilder(ChildJvm.command(List.of(ChildJvm.agent("")), Programs.class, "serve"))
            .redirectError(folder.resolve("err").toFile())
            .start();
    try (BufferedReader out = jvm.inputReader()) {
      assertThat(out.readLine()).isEqualTo("ready");
      Path dump = folder.resolve("dump");
      assertThat(jcmd(jvm, "Thread.dump_to_file", dump.toString())).contains("Created");
      assertThat(Files.readString(dump))
          .contains("\"hog-0\"", "\"a parked one\"", "\"overtake-watchdog\"");
      assertThat(jcmd(jvm, "Thread.vthread_scheduler")).contains("overtake", "eventLoops=");
      jvm.toHandle().destroy(); // leaves its output readable
      assertThat(out.readLine()).isEqualTo("hook: 20");
      assertThat(jvm.waitFor()).isEqualTo(143);
    } finally {
      jvm.destroyForcibly().waitFor();
    }
  }

  private static String jcmd(Process jvm, String... command) throws Exception {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
    words.add(String.valueOf(jvm.pid()));
    words.addAll(List.of(command));
    Process jcmd = new ProcessBuilder(words).redirectErrorStream(true).start();
    try (BufferedReader out = jcmd.inputReader()) {
      return String.join("\n", out.lines().toList());
    }
  }

  @Test
  void theLibraryHelpsByPublicMeans() throws Exception {
    ChildJvm jvm = ChildJvm.run(ChildJvm.library(), Programs.class, "library");
    assertThat(jvm.out())
        .as(jvm.err())
        .isEqualTo("short tasks done: 20\nmore carriers: true\nparallelism: true\n");
    assertThat(jvm.err()).isEmpty();
  }

  @Test
  void theLibraryDoesNothingUnderTheAgent() throws Exception {
    List<String> flags = new ArrayList<>(ChildJvm.library());
    flags.add(ChildJvm.agent(""));
    ChildJvm jvm = ChildJvm.run(flags, Programs.class, "library");
    assertThat(jvm.out())
        .as(jvm.err())
        .isEqualTo("short tasks done: 20\nmore carriers: false\nparallelism: true\n");
  }
}
