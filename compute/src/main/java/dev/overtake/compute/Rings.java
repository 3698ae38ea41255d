// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The memory that a pool shares with one worker: a ring for tasks and one for answers, in a file
 * that is needed only until both have it. It is freed when nobody refers to it any more.
 */
final class Rings {
  private static final int BYTES = Ring.OVERHEAD_BYTES + 64 * 1024; // of each

  private final ByteBuffer tasks;
  private final ByteBuffer answers;

  private Rings(ByteBuffer memory) {
    tasks = memory.slice(0, BYTES);
    answers = memory.slice(BYTES, BYTES);
  }

  /**
   * Makes the file.
   *
   * @throws IOException if it is refused; something may be left of it
   */
  static Rings create(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      // Written, not only made longer: where a disk is full, a store into a hole is a crash.
      ByteBuffer zeros = ByteBuffer.allocate(2 * BYTES);
      while (zeros.hasRemaining()) {
        channel.write(zeros);
      }
      return map(channel);
    }
  }

  static Rings open(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return map(channel);
    }
  }

  private static Rings map(FileChannel channel) throws IOException {
    return new Rings(channel.map(FileChannel.MapMode.READ_WRITE, 0, 2 * BYTES));
  }

  Ring.Writer taskWriter() {
    return new Ring.Writer(tasks);
  }

  Ring.Reader taskReader() {
    return new Ring.Reader(tasks);
  }

  Ring.Writer answerWriter() {
    return new Ring.Writer(answers);
  }

  Ring.Reader answerReader() {
    return new Ring.Reader(answers);
  }
}
