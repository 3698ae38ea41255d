// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * {@link ProtocolsTest}'s claims under jcstress itself, with its JVMs and compilers: minutes, so
 * only in the profile {@code long}. The report is in {@code target/jcstress}.
 */
class JcstressLong {
  private static final int HOURS = 2;

  @Test
  @Timeout(value = HOURS, unit = TimeUnit.HOURS)
  void theProtocolsShowNothingForbidden() throws Exception {
    Run run = jcstress("protocols", ".*\\.Protocol.*", "true");
    assertThat(run.failed()).as(run.printed).isEmpty();
    assertThat(run.printed).contains("Error tests: No matches.");
    assertThat(run.status).as(run.printed).isZero();
  }

  @Test
  @Timeout(value = HOURS, unit = TimeUnit.HOURS)
  void everyTwinIsCaught() throws Exception {
    Run run = jcstress("twins", ".*\\.Twin.*", "false");
    assertThat(run.failed())
        .as(run.printed)
        .containsExactlyInAnyOrderElementsOf(
            ProtocolsTest.twins().map(Class::getCanonicalName).toList());
  }

  private record Run(String printed, int status) {
    List<String> failed() {
      return printed
          .lines()
          .filter(line -> line.contains("[FAILED]"))
          .map(line -> line.substring(line.indexOf("dev.overtake")).strip())
          .distinct()
          .toList();
    }
  }

  /**
   * Runs jcstress.
   *
   * @param eachCompiler whether to compile each actor with each compiler: many more runs
   */
  private static Run jcstress(String name, String tests, String eachCompiler)
      throws IOException, InterruptedException {
    Path folder = Path.of("target", "jcstress", name).toAbsolutePath();
    Files.createDirectories(folder);
    Path output = folder.resolve("output.txt");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("org.openjdk.jcstress.Main", "-t", tests, "-r", folder.toString()));
    command.addAll(
        List.of("-m", "quick", "-time", "300", "-iters", "4", "-af", "NONE", "-sc", eachCompiler));
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      int status = process.waitFor();
      return new Run(Files.readString(output), status);
    } finally {
      process.destroyForcibly();
    }
  }
}
