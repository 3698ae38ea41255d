// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {
  private static final Instant BEGIN = Instant.parse("2026-11-22T13:15:00Z");

  @TempDir Path folder;

  @Test
  void newRunIsNamedForItsTimeAndCommitAndBecomesTheLatest() throws Exception {
    RunDirectory first = RunDirectory.create(folder, null, BEGIN, "abc1234");
    RunDirectory second = RunDirectory.create(folder, null, BEGIN.plusSeconds(60), "abc1234");
    first.becomeLatest();
    second.becomeLatest();

    assertThat(second.name()).isEqualTo("20261122-131600-abc1234");
    assertThat(folder.resolve("latest").toRealPath()).isEqualTo(second.path().toRealPath());
  }

  @Test
  void directoryOfTheUsersChoiceIsMadeAndNothingBesideIt() throws Exception {
    Path chosen = folder.resolve("deep").resolve("down");
    RunDirectory directory = RunDirectory.create(folder, chosen, BEGIN, "abc1234");
    directory.becomeLatest();

    assertThat(chosen).isEmptyDirectory();
    assertThat(chosen.getParent()).isDirectoryNotContaining("glob:**latest");
    assertThat(directory.relative(directory.raw("histograms", "a.hlog")))
        .isEqualTo("histograms/a.hlog");
  }

  @Test
  void fileInTheWayIsOneClearLine() throws Exception {
    Path file = Files.createFile(folder.resolve("taken"));

    assertThatExceptionOfType(LabException.class)
        .isThrownBy(() -> RunDirectory.create(folder, file, BEGIN, "abc1234"))
        .withMessage(
            "run directory %s: cannot be written, %s is a file; pass another with --out"
                .formatted(file, file));
    assertThatExceptionOfType(LabException.class)
        .isThrownBy(() -> RunDirectory.create(folder, file.resolve("below"), BEGIN, "abc1234"))
        .withMessageContaining("cannot be written, ");
  }
}
