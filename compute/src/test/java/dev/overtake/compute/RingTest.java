// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A ring by itself; the protocol of sleep, with its twins, stands in the module stress. */
final class RingTest {
  private static final int BYTES = 64;

  private final ByteBuffer memory = ByteBuffer.allocateDirect(Ring.OVERHEAD_BYTES + BYTES);
  private final Ring.Writer writer = new Ring.Writer(memory);
  private final Ring.Reader reader = new Ring.Reader(memory);

  private static ByteBuffer bytes(int from, int to) {
    ByteBuffer bytes = ByteBuffer.allocate(to - from);
    for (int i = from; i < to; i++) {
      bytes.put((byte) i);
    }
    return bytes.flip();
  }

  private ByteBuffer read(int most) throws IOException {
    ByteBuffer into = ByteBuffer.allocate(most);
    reader.read(into);
    return into.flip();
  }

  private static ByteBuffer frame(int value, int length) {
    ByteBuffer frame = ByteBuffer.allocate(Frames.LENGTH_BYTES + length).putInt(length);
    while (frame.hasRemaining()) {
      frame.put((byte) value);
    }
    return frame.flip();
  }

  @Test
  void bytesComeOutInTheirOrderAroundTheEnd() throws IOException {
    for (int i = 0; i < 10 * BYTES; i++) {
      writer.write(bytes(i, i + 7));
      writer.write(bytes(i + 7, i + 9));

      assertThat(read(BYTES)).isEqualTo(bytes(i, i + 9));
      assertThat(reader.isEmpty()).isTrue();
    }
  }

  @Test
  void takesWhatItHasRoomForAndNoMore() throws IOException {
    ByteBuffer much = bytes(0, BYTES + 10);
    writer.write(much);

    assertThat(much.remaining()).isEqualTo(10);
    assertThat(writer.isStuck()).isTrue();
    assertThat(read(4)).isEqualTo(bytes(0, 4));
    assertThat(reader.mustTellOfRoom()).isTrue();
    assertThat(reader.mustTellOfRoom()).isFalse();
    writer.write(much);
    assertThat(much.remaining()).isEqualTo(6);
    assertThat(read(BYTES)).isEqualTo(bytes(4, BYTES + 4));
    assertThat(writer.isStuck()).isFalse();
    assertThat(reader.mustTellOfRoom()).isFalse();
  }

  @Test
  void wakesOnlyWhoSleepsAndOnlyOnce() throws IOException {
    writer.write(bytes(0, 1));
    assertThat(writer.mustWake()).isFalse();

    reader.fallAsleep();
    assertThat(writer.mustWake()).isTrue();
    assertThat(writer.mustWake()).isFalse();

    reader.fallAsleep();
    reader.wakeUp();
    assertThat(writer.mustWake()).isFalse();
  }

  @Test
  void carriesFramesThatAreLargerThanItself() throws IOException {
    FrameReader frames = new FrameReader(10 * BYTES);
    ByteBuffer large = frame(7, 10 * BYTES);
    ByteBuffer next = null;

    while (next == null) {
      writer.write(large);
      assertThat(frames.fill(reader)).isPositive();
      next = frames.next();
    }

    assertThat(large.hasRemaining()).isFalse();
    assertThat(next).isEqualTo(frame(7, 10 * BYTES).position(Frames.LENGTH_BYTES));
    assertThat(frames.fill(reader)).isZero();
  }

  @Test
  void ofAWriterThatDiesInAFrameOnlyTheWholeOnesBeforeAreThere() throws IOException {
    FrameReader frames = new FrameReader(BYTES);
    writer.write(frame(1, 5));
    writer.write(frame(2, 20).limit(10));

    assertThat(frames.fill(reader)).isEqualTo(Frames.LENGTH_BYTES + 5 + 10);

    assertThat(frames.next()).isEqualTo(frame(1, 5).position(Frames.LENGTH_BYTES));
    assertThat(frames.next()).isNull();
    assertThat(frames.fill(reader)).isZero();
    assertThat(frames.next()).isNull();
  }

  @Test
  void refusesCountsThatCannotBe() {
    for (long nonsense : new long[] {-1, BYTES + 1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      ByteBuffer damaged = ByteBuffer.allocateDirect(Ring.OVERHEAD_BYTES + BYTES);
      damaged.order(ByteOrder.nativeOrder()).putLong(0, nonsense);
      assertThatThrownBy(() -> new Ring.Reader(damaged).read(ByteBuffer.allocate(1)))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("ring is damaged");
    }
    for (long nonsense : new long[] {1, -BYTES - 1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      ByteBuffer damaged = ByteBuffer.allocateDirect(Ring.OVERHEAD_BYTES + BYTES);
      damaged.order(ByteOrder.nativeOrder()).putLong(128, nonsense);
      assertThatThrownBy(() -> new Ring.Writer(damaged).write(bytes(0, 1)))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("ring is damaged");
    }
  }

  /** Both sides sleep whenever they can, so that a bell too few hangs. */
  @Test
  @Timeout(value = 2, unit = TimeUnit.MINUTES)
  void nothingIsLostBetweenTwoThreadsThatSleep() throws Exception {
    int frames = 100_000;
    Semaphore forReader = new Semaphore(0);
    Semaphore forWriter = new Semaphore(0);
    long slept = 0;
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread producer =
        Thread.ofPlatform()
            .start(() -> {
              SplittableRandom random = new SplittableRandom(1);
              try {
                for (int i = 0; i < frames; i++) {
                  ByteBuffer frame = frame(i, random.nextInt(1, 2 * BYTES));
                  writer.write(frame);
                  while (frame.hasRemaining()) {
                    if (writer.mustWake()) {
                      forReader.release();
                    }
                    if (writer.isStuck()) {
                      forWriter.acquire();
                    }
                    writer.write(frame);
                  }
                  if (writer.mustWake()) {
                    forReader.release();
                  }
                }
              } catch (Throwable e) {
                failure.set(e);
                forReader.release(frames);
              }
            });

    SplittableRandom random = new SplittableRandom(1);
    FrameReader reading = new FrameReader(2 * BYTES);
    for (int i = 0; i < frames && failure.get() == null; ) {
      ByteBuffer frame = reading.next();
      if (frame != null) {
        assertThat(frame)
            .isEqualTo(frame(i, random.nextInt(1, 2 * BYTES)).position(Frames.LENGTH_BYTES));
        i++;
      } else if (reading.fill(reader) == 0) {
        reader.fallAsleep();
        if (reader.isEmpty()) {
          slept++;
          forReader.acquire();
        }
        reader.wakeUp();
      } else if (reader.mustTellOfRoom()) {
        forWriter.release();
      }
    }

    producer.join();
    assertThat(failure.get()).isNull();
    assertThat(slept).isPositive();
  }
}
