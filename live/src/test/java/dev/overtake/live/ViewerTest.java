// SPDX-License-Identifier: Apache-2.0
package dev.overtake.live;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ViewerTest {
  private static byte[] event(int number) {
    return Integer.toString(number).getBytes(US_ASCII);
  }

  @Test
  void theOldestFramesOfASlowViewerAreDroppedAndCounted() throws Exception {
    Viewer viewer = new Viewer();
    for (int i = 0; i < Viewer.KEPT_FRAMES + 7; i++) {
      viewer.tellFrame(event(i));
    }

    assertThat(viewer.dropped()).isEqualTo(7);
    assertThat(viewer.next(0)).isEqualTo(event(7));
  }

  @Test
  void theNewestStateIsNeverDroppedAndGoesFirst() throws Exception {
    Viewer viewer = new Viewer();
    viewer.tellState(event(-1));
    for (int i = 0; i < 2 * Viewer.KEPT_FRAMES; i++) {
      viewer.tellFrame(event(i));
    }
    viewer.tellState(event(-2));

    assertThat(viewer.next(0)).isEqualTo(event(-2));
    assertThat(viewer.next(0)).isEqualTo(event(Viewer.KEPT_FRAMES));
  }

  @Test
  void whoHasNothingToSendWaitsForIt() throws Exception {
    AtomicReference<Viewer> viewer = new AtomicReference<>();
    AtomicReference<byte[]> sent = new AtomicReference<>();
    Thread sender =
        Thread.ofPlatform()
            .start(() -> {
              Viewer entered = new Viewer();
              viewer.set(entered);
              try {
                sent.set(Objects.requireNonNull(entered.next(60_000)));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    await().until(() -> sender.getState() == Thread.State.TIMED_WAITING);
    viewer.get().tellFrame(event(5));
    sender.join();
    assertThat(sent.get()).isEqualTo(event(5));
    assertThat(viewer.get().next(0)).isNull();
  }

  @Test
  void aSenderThatIsStuckAtOneEventIsInterrupted() throws Exception {
    AtomicReference<Viewer> viewer = new AtomicReference<>();
    CountDownLatch never = new CountDownLatch(1);
    Thread sender =
        Thread.ofPlatform()
            .start(() -> {
              Viewer entered = new Viewer();
              entered.tellFrame(event(1));
              try {
                entered.next(0);
                viewer.set(entered);
                never.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    await().until(() -> viewer.get() != null);
    viewer.get().endIfStuck(Long.MAX_VALUE);
    assertThat(sender.isAlive()).isTrue();
    viewer.get().endIfStuck(-1);
    sender.join();
  }

  @Test
  void thereAreAsManyViewersAsPlacesAndTheAudienceKnowsWhenAllAreGone() {
    Audience audience = new Audience();
    assertThat(audience.goneFor(0)).isFalse();
    Viewer first = Objects.requireNonNull(audience.enter());
    for (int i = 1; i < Audience.MOST_VIEWERS; i++) {
      assertThat(audience.enter()).isNotNull();
    }
    assertThat(audience.enter()).isNull();
    audience.leave(first);
    assertThat(audience.goneFor(0)).isFalse();
    assertThat(audience.enter()).isNotNull();

    Audience small = new Audience();
    small.leave(Objects.requireNonNull(small.enter()));
    assertThat(small.goneFor(0)).isTrue();
    assertThat(small.goneFor(Long.MAX_VALUE)).isFalse();
  }
}
