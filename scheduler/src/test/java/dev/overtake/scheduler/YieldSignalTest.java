// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.condition.OS.LINUX;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;

@EnabledOnOs(LINUX)
class YieldSignalTest {
  private static final int OFTEN = 1000;

  private final AtomicInteger threadId = new AtomicInteger();

  @Test
  void hasAHandler() throws IOException {
    int number = YieldSignal.number();
    assertThat(number).isPositive();
    assertThat(signals("/proc/self", "SigCgt")).as("caught by this process").contains(number);
  }

  @Test
  void whoComputesGoesOn() {
    CompletableFuture<Integer> answer = onAThread(() -> fib(32));
    sendOften();
    assertThat(answer.join()).isEqualTo(2_178_309);
  }

  @Test
  void whoWaitsForAFileGoesOnWaiting() throws IOException {
    Pipe pipe = Pipe.open();
    try (var source = pipe.source();
        var sink = pipe.sink()) {
      CompletableFuture<Integer> read = onAThread(() -> read(source));
      String itself = "/proc/self/task/" + threadId.get();
      sendOften();
      Eventually.that(
          "all are delivered", () -> !signals(itself, "SigPnd").contains(YieldSignal.number()));
      assertThat(read).isNotDone();
      sink.write(ByteBuffer.allocate(1));
      assertThat(read.join()).isOne();
    }
  }

  /** Starts it, and returns when the thread's number is known. */
  private CompletableFuture<Integer> onAThread(IntSupplier task) {
    CompletableFuture<Integer> result = new CompletableFuture<>();
    Thread _ =
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              threadId.set(Linux.gettid());
              result.complete(task.getAsInt());
            });
    Eventually.that("it has begun", () -> threadId.get() != 0);
    return result;
  }

  private void sendOften() {
    for (int i = 0; i < OFTEN; i++) {
      YieldSignal.send(threadId.get());
    }
  }

  private static int read(Pipe.SourceChannel source) {
    try {
      return source.read(ByteBuffer.allocate(1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int fib(int n) {
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
  }

  /** The numbers in one of the masks that the system tells of a process or a thread. */
  private static List<Integer> signals(String folder, String mask) throws IOException {
    String line =
        Files.readAllLines(Path.of(folder, "status")).stream()
            .filter(each -> each.startsWith(mask + ":"))
            .findFirst()
            .orElseThrow();
    long bits = Long.parseUnsignedLong(line.substring(mask.length() + 1).strip(), 16);
    return IntStream.rangeClosed(1, Long.SIZE)
        .filter(number -> (bits >>> (number - 1) & 1) == 1)
        .boxed()
        .toList();
  }
}
