// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SuspectsTest {
  private static final long SECOND = 1_000_000_000L;

  private final Suspects suspects = new Suspects(1);
  private final Runnable hog = new Continuation("hog");
  private final Runnable first = new Continuation("first");
  private final Runnable second = new Continuation("second");

  /** What the JDK hands out has identity, too. */
  private static final class Continuation implements Runnable {
    private final String name;

    Continuation(String name) {
      this.name = name;
    }

    @Override
    public void run() {}

    @Override
    public String toString() {
      return name;
    }
  }

  private void suspect(Runnable continuation) {
    suspects.overstayed(continuation, 0);
    assertThat(suspects.overstayEnded(continuation)).isNull();
  }

  @Test
  void belowTheCapASuspectIsAnOrdinaryThread() {
    suspect(first);
    assertThat(suspects.admit(first)).isSameAs(first);
  }

  @Test
  void atTheCapSuspectsWaitAndOthersDoNot() {
    suspect(first);
    suspects.overstayed(hog, 0);
    assertThat(suspects.admit(first)).isNull();
    assertThat(suspects.admit(second)).isSameAs(second);
    assertThat(suspects.waiting()).isEqualTo(1);
    assertThat(suspects.letIn()).isNull();
  }

  @Test
  void aFreedPlaceLetsInOneThatWaits() {
    suspect(first);
    suspects.overstayed(hog, 0);
    assertThat(suspects.admit(first)).isNull();
    assertThat(suspects.overstayEnded(hog)).isSameAs(first);
  }

  @Test
  void theOthersComeInThoughTheOneLetInFreesNoPlaceInItsTurn() {
    suspect(first);
    suspect(second);
    suspects.overstayed(hog, 0);
    assertThat(suspects.admit(first)).isNull();
    assertThat(suspects.admit(second)).isNull();
    assertThat(suspects.overstayEnded(hog)).isSameAs(first);
    suspects.endedInTime(first);
    assertThat(suspects.letIn()).isSameAs(second);
    assertThat(suspects.noneWaits()).isTrue();
  }

  @Test
  void aSliceThatEndsInTimeIsForgiven() {
    suspect(first);
    suspects.endedInTime(first);
    suspects.overstayed(hog, 0);
    assertThat(suspects.admit(first)).isSameAs(first);
  }

  @Test
  void afterASecondASuspectComesInThoughThereIsNoPlace() {
    suspect(first);
    suspect(second);
    suspects.overstayed(hog, 0);
    assertThat(suspects.admit(first)).isNull();
    assertThat(suspects.admit(second)).isNull();
    assertThat(suspects.forgive(SECOND)).isNull();
    assertThat(suspects.forgive(SECOND + 1)).isSameAs(first);
    assertThat(suspects.forgive(SECOND + 2)).isSameAs(second);
    assertThat(suspects.admit(first)).as("forgiven").isSameAs(first);
  }

  @Test
  void nothingIsKeptOfAThreadThatHasEnded() {
    Thread[] ended = new Thread[1];
    Runnable[] continuation = new Runnable[1];
    ended[0] =
        JdkInternals.newVirtualThread(
            submitted -> {
              continuation[0] = submitted;
              Thread.ofPlatform().start(submitted);
            },
            "",
            () -> {});
    ended[0].start();
    Eventually.ended(ended[0]);
    assertThat(JdkInternals.threadOf(continuation[0])).isSameAs(ended[0]);
    suspect(continuation[0]);
    suspects.overstayed(hog, 0);
    assertThat(suspects.admit(continuation[0])).isSameAs(continuation[0]);
  }
}
