// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import java.io.IOException;
import java.util.Arrays;

/**
 * Collects lines of ASCII for one connection, so that the answers of a chunk leave in one write.
 *
 * <p>Belongs to the thread that serves the connection. What has been collected is written by itself
 * once it is {@link #FULL_BYTES}, which bounds the memory and makes a slow peer slow us down.
 */
final class Answers {
  private static final int FIRST_BYTES = 24;
  private static final int KEPT_BYTES = 256; // between requests
  private static final int FULL_BYTES = 8 * 1024;
  private static final int LONGEST_NUMBER = Long.toString(Long.MIN_VALUE).length();

  private final Connection connection;
  private byte[] bytes = new byte[FIRST_BYTES];
  private int length;

  Answers(Connection connection) {
    this.connection = connection;
  }

  Answers text(byte[] ascii) {
    makeRoom(ascii.length);
    System.arraycopy(ascii, 0, bytes, length, ascii.length);
    length += ascii.length;
    return this;
  }

  /** Appends a number of at least 0 in decimal, without making garbage. */
  Answers number(long number) {
    makeRoom(LONGEST_NUMBER);
    int end = length + digits(number);
    long rest = number;
    for (int i = end - 1; i >= length; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length = end;
    return this;
  }

  void endLine() throws IOException {
    makeRoom(1);
    bytes[length++] = '\n';
    if (length >= FULL_BYTES) {
      flush();
    }
  }

  void flush() throws IOException {
    if (length > 0) {
      connection.write(bytes, 0, length);
      length = 0;
      if (bytes.length > KEPT_BYTES) {
        bytes = new byte[FIRST_BYTES];
      }
    }
  }

  private static int digits(long number) {
    int digits = 1;
    for (long rest = number; rest > 9; rest /= 10) {
      digits++;
    }
    return digits;
  }

  private void makeRoom(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
    }
  }
}
