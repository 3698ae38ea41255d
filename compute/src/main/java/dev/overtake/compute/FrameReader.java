// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/** Takes frames from a channel, several per read where several are there. Not thread-safe. */
final class FrameReader {
  private static final int FIRST_BYTES = 8 * 1024;

  /** Also the most that one read takes, since the JDK keeps a native buffer of that size. */
  private static final int MOST_KEPT_BYTES = 64 * 1024;

  private final int limit;
  private ByteBuffer unread = ByteBuffer.allocate(FIRST_BYTES).limit(0);

  /**
   * Makes a reader.
   *
   * @param limit of a frame's bytes, the length in front not counted
   */
  FrameReader(int limit) {
    this.limit = limit;
  }

  /**
   * Reads once, after {@link #next} has returned null.
   *
   * @return how many bytes; -1 at the end of the channel
   */
  int fill(ReadableByteChannel channel) throws IOException {
    if (!unread.hasRemaining() && unread.capacity() > MOST_KEPT_BYTES) {
      unread = ByteBuffer.allocate(FIRST_BYTES).limit(0);
    }
    unread.compact();
    if (!unread.hasRemaining()) {
      // A frame is longer than all there is. Grow as it comes: its length may be a lie.
      unread.flip();
      unread = ByteBuffer.allocate(2 * unread.capacity()).put(unread);
    }
    unread.limit(Math.min(unread.capacity(), unread.position() + MOST_KEPT_BYTES));
    try {
      return channel.read(unread);
    } finally {
      unread.flip();
    }
  }

  /**
   * Takes the next whole frame.
   *
   * @return its type and fields, valid until the next {@link #fill}; null if more must be read
   */
  @Nullable ByteBuffer next() throws IOException {
    if (unread.remaining() < Frames.LENGTH_BYTES) {
      return null;
    }
    int length = unread.getInt(unread.position());
    if (length < 1 || length > limit) {
      throw new IOException("frame of " + length + " bytes, and the limit is " + limit);
    }
    if (unread.remaining() < Frames.LENGTH_BYTES + length) {
      return null;
    }
    int start = unread.position() + Frames.LENGTH_BYTES;
    unread.position(start + length);
    return unread.slice(start, length);
  }

  static String text(ByteBuffer frame) throws IOException {
    int length = frame.getInt();
    if (length < 0 || length > frame.remaining()) {
      throw new IOException("text of " + length + " bytes in a frame of " + frame.capacity());
    }
    byte[] encoded = new byte[length];
    frame.get(encoded);
    return new String(encoded, UTF_8);
  }
}
