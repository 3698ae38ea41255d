// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class PreciseWaitTest {
  private static final long LONG = TimeUnit.MINUTES.toNanos(1);

  @Test
  void waitsForItsSelectorAndForNoOther() throws Exception {
    try (var before = Selector.open();
        var selector = Selector.open();
        var after = Selector.open()) {
      PreciseWait wait = Objects.requireNonNull(PreciseWait.of(selector));

      before.wakeup();
      after.wakeup();
      assertThat(wait.await(0)).isFalse();
      selector.wakeup();
      assertThat(wait.await(LONG)).isTrue();
    }
  }

  @Test
  void findsItsSelectorAmongOthersThatHaveSomethingReady() throws Exception {
    try (var before = Selector.open();
        var selector = Selector.open()) {
      before.wakeup();
      PreciseWait wait = Objects.requireNonNull(PreciseWait.of(selector));

      assertThat(wait.await(0)).isFalse();
    }
  }

  @Test
  void endsWhenSomethingRegisteredIsReadyOrTheTimeIsOver() throws Exception {
    Pipe pipe = Pipe.open();
    try (var selector = Selector.open();
        var source = pipe.source();
        var sink = pipe.sink()) {
      PreciseWait wait = Objects.requireNonNull(PreciseWait.of(selector));
      source.configureBlocking(false);
      source.register(selector, SelectionKey.OP_READ);
      selector.selectNow();

      long begin = System.nanoTime();
      assertThat(wait.await(100_000)).isFalse();
      assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(100_000);
      sink.write(ByteBuffer.allocate(1));
      assertThat(wait.await(LONG)).isTrue();
      assertThat(selector.selectNow()).isEqualTo(1);
    }
  }

  @Test
  void aWireWakesUpThoughItIsPrecise() throws Exception {
    try (var server = TestServer.answering(n -> "1");
        var wire = new Wire(server.target(), Duration.ofSeconds(5))) {
      assertThat(wire.becomePrecise()).isTrue();
      wire.wakeUp();
      wire.poll(System.nanoTime() + LONG);
    }
  }
}
