// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.Serializable;
import java.util.concurrent.Callable;

/**
 * Sets its byte in a file, works a while, and tells if the byte was set before: a task of which it
 * matters how often it runs. Public for the tests of other modules.
 *
 * @param file which all of them share
 * @param id its place in the file
 * @param spinNanos how long it works
 */
public record Once(String file, long id, long spinNanos) implements Callable<Long>, Serializable {
  /** Returned instead of the square of the id. */
  public static final long RAN_TWICE = -1;

  @Override
  public Long call() throws IOException {
    try (RandomAccessFile runs = new RandomAccessFile(file, "rw")) {
      runs.seek(id);
      boolean before = runs.read() == 1;
      runs.seek(id);
      runs.write(1);
      if (before) {
        return RAN_TWICE;
      }
    }
    long endNanos = System.nanoTime() + spinNanos;
    while (System.nanoTime() < endNanos) {
      Thread.onSpinWait();
    }
    return id * id;
  }
}
