// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ChildProcessesTest {
  private static final Duration AMPLE = Duration.ofSeconds(60);

  @Test
  void closingEndsWhatIsLeft() throws Exception {
    Process child;
    try (ChildProcesses children = new ChildProcesses()) {
      child = children.start(new ProcessBuilder("sleep", "1000"));
      assertThat(children.living()).isOne();
    }

    assertThat(child.isAlive()).isFalse();
  }

  @Test
  void processThatIgnoresTheRequestToEndIsEndedByForce() throws Exception {
    try (ChildProcesses children = new ChildProcesses()) {
      Process child =
          children.start(
              new ProcessBuilder(
                  "sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 1000; done"));
      assertThat(child.inputReader().readLine()).isEqualTo("deaf");

      children.stop(child, 1);

      assertThat(child.isAlive()).isFalse();
    }
  }

  @Test
  void interruptedThreadStillEndsTheProcess() throws Exception {
    try (ChildProcesses children = new ChildProcesses()) {
      Process child = children.start(new ProcessBuilder("sleep", "1000"));

      Thread.currentThread().interrupt();
      children.stop(child, 60_000);

      assertThat(Thread.interrupted()).isTrue();
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void nothingStartsOnceAllIsBeingEnded() {
    ChildProcesses children = new ChildProcesses();
    children.close();

    assertThat(children.ending()).isTrue();
    assertThatIOException().isThrownBy(() -> children.start(new ProcessBuilder("sleep", "1000")));
    assertThat(children.living()).isZero();
  }

  @Test
  void killedLabLeavesNothingRunning() throws Exception {
    Process lab = new ProcessBuilder(TinyServer.command(TinyServer.ABANDONS)).start();
    try {
      long child = Long.parseLong(lab.inputReader().readLine());
      ProcessHandle orphan = ProcessHandle.of(child).orElseThrow();

      assertThat(lab.destroyForcibly().waitFor(60, TimeUnit.SECONDS)).isTrue();

      await().atMost(AMPLE).until(() -> !orphan.isAlive());
    } finally {
      lab.destroyForcibly();
    }
  }
}
