// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.overtake.compute.ComputeContract.Square;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pools that can't start, or can't go on; and that nothing of a pool is left behind. */
final class PoolStartTest {
  @TempDir Path folder;

  private ProcessPool.Builder builder() {
    return ProcessPool.builder().workers(1).cache(null).folder(folder);
  }

  private static List<Path> inside(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    }
  }

  @Test
  void saysInOneLineThatItsFolderIsMissing() {
    assertThatThrownBy(() -> builder().folder(folder.resolve("none")).start())
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("process pool: no private folder in " + folder.resolve("none"))
        .hasMessageEndingWith("name another folder")
        .hasMessageNotContaining("\n");
  }

  @Test
  void saysInOneLineThatItsFolderHasTooLongAName() throws IOException {
    Path deep = Files.createDirectory(folder.resolve("d".repeat(100)));

    assertThatThrownBy(() -> builder().folder(deep).start())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("name too long for a socket: " + deep)
        .hasMessageEndingWith("name another folder");
    assertThat(inside(deep)).isEmpty();
  }

  @Test
  void saysInOneLineWhyItsWorkersCannotStart() throws IOException {
    assertThatThrownBy(() -> builder().jvmArguments("-XX:NoSuchOption=1").start())
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("processes:1: no workers: the last one exited with status 1; ")
        .hasMessageContaining("Unrecognized VM option 'NoSuchOption=1'")
        .hasMessageNotContaining("\n");
    assertThat(inside(folder)).isEmpty();
  }

  @Test
  void anotherCollectorReplacesItsOwn() throws Exception {
    try (ProcessPool pool = builder().jvmArguments("-XX:+UseParallelGC").start()) {
      assertThat(pool.submit(new Square(3)).get()).isEqualTo(9);
    }
  }

  @Test
  void failsWhatWaitsOnceNoWorkerCanBeStartedAnyMoreAndRecovers() throws Exception {
    Path options = Files.createFile(folder.resolve("options"));
    try (ProcessPool pool = builder().jvmArguments("-XX:VMOptionsFile=" + options).start()) {
      Files.writeString(options, "-XX:NoSuchOption=1");
      Gate gate = new Gate(folder, "gate");
      Future<String> running = pool.submit(gate);
      gate.awaitEntered();
      Future<Long> waiting = pool.submit(new Square(3));

      ProcessHandle.of(pool.pids().getFirst()).orElseThrow().destroyForcibly();

      assertThatThrownBy(running::get).hasCauseInstanceOf(WorkerDiedException.class);
      assertThatThrownBy(waiting::get)
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOf(RejectedExecutionException.class)
          .hasMessageContaining("processes:1: no workers: exited with status 1");
      assertThatThrownBy(() -> pool.submit(new Square(4)))
          .isInstanceOf(RejectedExecutionException.class)
          .hasMessageContaining("no workers: the last one exited with status 1");

      Files.writeString(options, "");
      await().until(() -> pool.figures().workers() == 1);
      assertThat(pool.submit(new Square(5)).get()).isEqualTo(25);
    }
  }

  @Test
  void nobodyElseCanEnterItsFolderAndStrangersAreRefused() throws Exception {
    try (ProcessPool pool = builder().start()) {
      Path inner = inside(folder).getFirst();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(inner)))
          .isEqualTo("rwx------");

      FrameWriter writer = new FrameWriter(1_000_000);
      List<ByteBuffer> greetings =
          List.of(
              copy(writer.begin(Frames.HELLO).text("guess").number(1).end()),
              copy(writer.begin(Frames.RESULT).number(1).number(1).value(1).end()),
              ByteBuffer.wrap(new byte[] {0x7f, -1, -1, -1, 0}),
              ByteBuffer.wrap(new byte[] {0, 0, 0, 9, Frames.HELLO, 0x7f, -1, -1, -1, 0, 0, 0, 0}));
      for (ByteBuffer greeting : greetings) {
        try (SocketChannel stranger = SocketChannel.open(StandardProtocolFamily.UNIX)) {
          stranger.connect(UnixDomainSocketAddress.of(inner.resolve("pool")));
          stranger.write(greeting);
          assertThat(stranger.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
      }
      assertThat(pool.submit(new Square(5)).get()).isEqualTo(25);
    }
  }

  @Test
  void itsMemoryHasNoNameOnceItsWorkersAreThereOrHaveDied() throws Exception {
    try (ProcessPool pool = builder().workers(2).start()) {
      Path inner = inside(folder).getFirst();
      await().until(() -> pool.figures().workers() == 2);
      await().until(() -> inside(inner).equals(List.of(inner.resolve("pool"))));

      ProcessHandle.of(pool.pids().getFirst()).orElseThrow().destroyForcibly();

      await().until(() -> pool.figures().died() == 1 && pool.figures().workers() == 2);
      await().until(() -> inside(inner).equals(List.of(inner.resolve("pool"))));
      assertThat(pool.submit(new Square(5)).get()).isEqualTo(25);
    }
  }

  @Test
  void aWorkerThatNeverComesLeavesNoMemoryBehind() throws Exception {
    Path options = Files.createFile(folder.resolve("options"));
    try (ProcessPool pool = builder().jvmArguments("-XX:VMOptionsFile=" + options).start()) {
      Path inner = inside(folder).stream().filter(Files::isDirectory).findFirst().orElseThrow();
      Files.writeString(options, "-XX:NoSuchOption=1");

      ProcessHandle.of(pool.pids().getFirst()).orElseThrow().destroyForcibly();

      await()
          .until(() -> {
            try {
              Future<Long> _ = pool.submit(new Square(4));
              return false;
            } catch (RejectedExecutionException e) {
              return String.valueOf(e.getMessage()).contains("no workers");
            }
          });
      Files.writeString(options, "");
      await().until(() -> pool.figures().workers() == 1);
      await().until(() -> inside(inner).equals(List.of(inner.resolve("pool"))));
    }
  }

  private static ByteBuffer copy(ByteBuffer frame) {
    return ByteBuffer.allocate(frame.remaining()).put(frame).flip();
  }

  @Test
  void leavesNoProcessNoFileNoDescriptorAndNoThreadBehind() throws Exception {
    runOnce(); // whatever the JDK keeps for good after the first time
    List<Path> filesBefore = inside(folder);
    long childrenBefore = ProcessHandle.current().children().count();
    long descriptorsBefore = descriptors();
    List<String> threadsBefore = threads();

    for (int i = 0; i < 3; i++) {
      runOnce();
    }

    assertThat(inside(folder)).isEqualTo(filesBefore);
    await().until(() -> ProcessHandle.current().children().count() == childrenBefore);
    await().until(() -> descriptors() <= descriptorsBefore);
    await().untilAsserted(() -> assertThat(threads()).isSubsetOf(threadsBefore));
  }

  private void runOnce() throws Exception {
    ProcessPool pool = builder().workers(2).start();
    try {
      assertThat(pool.submit(new Square(5)).get()).isEqualTo(25);
      assertThatThrownBy(() -> pool.submit(new Deeds.Exit(1)).get())
          .hasCauseInstanceOf(WorkerDiedException.class);
      ProcessHandle.of(pool.pids().getFirst()).orElseThrow().destroyForcibly();
    } finally {
      pool.endNow();
    }
    assertThat(pool.isTerminated()).isTrue();
  }

  private static long descriptors() throws IOException {
    return inside(Path.of("/proc/self/fd")).size();
  }

  /** The JDK's own thread that waits for the ends of processes stays a while. */
  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("compute-") || name.startsWith("worker-"))
        .sorted()
        .toList();
  }
}
