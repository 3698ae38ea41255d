// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Slices that wait in the system or in native code, where a virtual thread keeps its carrier. */
class BlockedSliceTest {
  private static final int SPARES = 2;

  // A long quantum: what these threads compute beside their waiting must stay below it, or they are
  // taken for computing, on a slow machine and with cold code as well.
  private final Scheduler scheduler =
      Scheduler.builder()
          .name("blocked")
          .eventLoops(2)
          .spareCarriers(SPARES)
          .quantum(Duration.ofMillis(50))
          .build();

  @AfterEach
  void close() {
    scheduler.close();
  }

  private void runShortThreads() {
    for (int i = 0; i < 100; i++) {
      Thread thread = scheduler.newThread("short", () -> {});
      thread.start();
      Eventually.ended(thread);
    }
  }

  private void assertThatNothingWasDemotedAndTheCarriersAreAsManyAsBefore() {
    Eventually.that("no slice overstays", () -> scheduler.figures().overstaying() == 0);
    assertThat(scheduler.figures().demotions()).isZero();
    assertThat(scheduler.figures().computingHandoffs()).isZero();
    Eventually.that("carriers as before", () -> scheduler.figures().carriers() == 2 + SPARES);
  }

  @Test
  void threadsThatWaitForAFileLoseTheirLoopsAndNothingElse(@TempDir Path folder) throws Exception {
    List<Thread> waiting = new ArrayList<>();
    List<Path> pipes = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Path pipe = folder.resolve("pipe-" + i);
      assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
      pipes.add(pipe);
      Thread thread = scheduler.newThread("reader-" + i, () -> readOneByte(pipe));
      waiting.add(thread);
      thread.start();
    }
    Eventually.that("all handed off", () -> scheduler.figures().blockedHandoffs() >= 5);
    runShortThreads();
    assertThat(waiting).allMatch(Thread::isAlive);
    for (Path pipe : pipes) {
      try (OutputStream out = Files.newOutputStream(pipe)) {
        out.write('x');
      }
    }
    waiting.forEach(Eventually::ended);
    assertThatNothingWasDemotedAndTheCarriersAreAsManyAsBefore();
  }

  private static void readOneByte(Path pipe) {
    try (InputStream in = Files.newInputStream(pipe)) {
      assertThat(in.read()).isEqualTo('x');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aThreadThatSleepsInNativeCodeLosesItsLoop() {
    Linker linker = Linker.nativeLinker();
    MethodHandle usleep =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("usleep"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    Thread thread =
        scheduler.newThread(
            "native",
            () -> {
              while (scheduler.figures().blockedHandoffs() == 0) {
                try {
                  assertThat((int) usleep.invokeExact(200_000)).isZero();
                } catch (Throwable e) {
                  throw new AssertionError(e);
                }
              }
            });
    thread.start();
    Eventually.ended(thread);
    assertThatNothingWasDemotedAndTheCarriersAreAsManyAsBefore();
  }

  /** Its initialiser waits, which pins whoever runs it, and whoever waits for that. */
  private static final class SlowToLoad {
    static final CountDownLatch GO_ON = new CountDownLatch(1);
  }

  private static final class WaitsInItsInitialiser {
    static final String VALUE = initialise();

    private static String initialise() {
      try {
        SlowToLoad.GO_ON.await();
        return "here";
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void threadsThatWaitForAClassToBeInitialisedLoseTheirLoops() {
    List<Thread> waiting = new ArrayList<>();
    Queue<String> values =
        new ConcurrentLinkedQueue<>(); // they are not to load AssertJ: it computes
    for (int i = 0; i < 4; i++) {
      Thread thread =
          scheduler.newThread("loading-" + i, () -> values.add(WaitsInItsInitialiser.VALUE));
      waiting.add(thread);
      thread.start();
    }
    Eventually.that("all handed off", () -> scheduler.figures().blockedHandoffs() >= 4);
    runShortThreads();
    SlowToLoad.GO_ON.countDown();
    waiting.forEach(Eventually::ended);
    assertThat(values).containsOnly("here").hasSize(4);
    assertThatNothingWasDemotedAndTheCarriersAreAsManyAsBefore();
  }
}
