// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A ring for eight bytes, whose actors need not declare that it might be damaged. */
final class TinyRing {
  static final int BYTES = 8;

  private final ByteBuffer memory = ByteBuffer.allocateDirect(Ring.OVERHEAD_BYTES + BYTES);
  final Ring.Writer writer = new Ring.Writer(memory);
  final Ring.Reader reader = new Ring.Reader(memory);

  static TinyRing full() {
    TinyRing ring = new TinyRing();
    ring.write(BYTES);
    return ring;
  }

  void write(int bytes) {
    try {
      writer.write(ByteBuffer.allocate(bytes));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  void read(int bytes) {
    try {
      reader.read(ByteBuffer.allocate(bytes));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  boolean isStuck() {
    try {
      return writer.isStuck();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
