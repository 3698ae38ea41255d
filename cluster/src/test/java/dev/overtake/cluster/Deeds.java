// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

import dev.overtake.compute.Task;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Tasks that tell where they run, wait for a sign, compute for a while. */
final class Deeds {
  private static final long GLANCE_NANOS = 1_000_000;

  private Deeds() {}

  static Task<Long> square(long n) {
    return new Task<>("square", n, new Square(n));
  }

  record Square(long n) implements Callable<Long>, Serializable {
    @Override
    public Long call() {
      return n * n;
    }
  }

  static Task<Long> pidAfter(Path sign) {
    return new Task<>("pid", 1, new PidAfter(sign.toString()));
  }

  /**
   * Says that it is there, by a file named after its process, and returns that once there is a
   * sign.
   */
  record PidAfter(String sign) implements Callable<Long>, Serializable {
    @Override
    public Long call() throws IOException {
      long pid = ProcessHandle.current().pid();
      Files.writeString(Path.of(sign + "." + pid), "");
      while (Files.notExists(Path.of(sign)) && !Thread.currentThread().isInterrupted()) {
        LockSupport.parkNanos(GLANCE_NANOS);
      }
      return pid;
    }
  }

  /** Computes until there is a sign, or it is interrupted; never parks. */
  record Hog(String sign) implements Callable<Long>, Serializable {
    @Override
    public Long call() {
      long turns = 0;
      while (Files.notExists(Path.of(sign)) && !Thread.currentThread().isInterrupted()) {
        for (int i = 0; i < 100_000; i++) {
          turns += i ^ turns;
        }
      }
      return turns;
    }
  }
}
