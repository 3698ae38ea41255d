// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No worker and no socket outlives its parent, whatever both are doing. */
final class OrphanTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void workersEndWhenTheirParentIsKilled() throws Exception {
    endsWithItsParent("wait", Process::destroyForcibly);
  }

  @Test
  void workersEndWhenTheirParentIsTerminated() throws Exception {
    endsWithItsParent("wait", Process::destroy);
  }

  @Test
  void workersEndWhenTheirParentExitsWithoutClosingItsPool() throws Exception {
    endsWithItsParent("exit", _ -> {});
  }

  private void endsWithItsParent(String command, Consumer<Process> end) throws Exception {
    Process parent = new ProcessBuilder(Parent.command(folder, command)).inheritIO().start();
    try {
      await().atMost(LONG).until(() -> Files.exists(folder.resolve("pids")));
      List<ProcessHandle> workers =
          Stream.of(Files.readString(folder.resolve("pids")).split(" ", -1))
              .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream())
              .toList();

      end.accept(parent);
      parent.waitFor();

      await().atMost(LONG).until(() -> workers.stream().noneMatch(ProcessHandle::isAlive));
      await().atMost(LONG).untilAsserted(() -> assertThat(socketFolders()).isEmpty());
    } finally {
      parent.destroyForcibly().waitFor();
    }
  }

  private List<Path> socketFolders() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(Files::isDirectory).toList();
    }
  }
}
