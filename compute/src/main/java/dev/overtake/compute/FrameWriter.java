// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamConstants;
import java.io.OutputStream;
import java.io.Serial;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Makes one frame after the other: its length, its type, what it says ({@link Frames} has the
 * types). Not thread-safe.
 */
final class FrameWriter extends OutputStream {
  /*
   * One object stream serves many frames, because making one costs more than all it then writes.
   * It forgets after every object what it has written, and tells the reader to forget before.
   */
  private static final int FIRST_BYTES = 512;

  /** What is larger is not kept for the next frame. */
  private static final int MOST_KEPT_BYTES = 64 * 1024;

  private final int limit;
  private byte[] bytes = new byte[FIRST_BYTES];
  private int size;
  private @Nullable ObjectOutputStream objects; // made when needed, dropped when it has failed

  /**
   * Makes a writer.
   *
   * @param limit of a frame's bytes, the length in front not counted
   */
  FrameWriter(int limit) {
    this.limit = limit;
  }

  FrameWriter begin(byte type) throws IOException {
    size = 0;
    if (bytes.length > MOST_KEPT_BYTES) {
      bytes = new byte[FIRST_BYTES];
    }
    return integer(0).octet(type);
  }

  FrameWriter octet(byte value) throws IOException {
    makeRoom(1);
    bytes[size++] = value;
    return this;
  }

  FrameWriter integer(int value) throws IOException {
    makeRoom(Integer.BYTES);
    ByteBuffer.wrap(bytes).putInt(size, value);
    size += Integer.BYTES;
    return this;
  }

  FrameWriter number(long value) throws IOException {
    makeRoom(Long.BYTES);
    ByteBuffer.wrap(bytes).putLong(size, value);
    size += Long.BYTES;
    return this;
  }

  FrameWriter text(String value) throws IOException {
    byte[] encoded = value.getBytes(UTF_8);
    integer(encoded.length).write(encoded, 0, encoded.length);
    return this;
  }

  /** Writes a value of any class; the common small ones without the cost of serialization. */
  FrameWriter value(@Nullable Object value) throws IOException {
    return switch (value) {
      case null -> octet(Frames.NULL);
      case Boolean flag -> octet(flag ? Frames.TRUE : Frames.FALSE);
      case Integer number -> octet(Frames.INTEGER).integer(number);
      case Long number -> octet(Frames.LONG).number(number);
      case Double number -> octet(Frames.DOUBLE).number(Double.doubleToRawLongBits(number));
      case String text -> octet(Frames.TEXT).text(text);
      case Object object -> octet(Frames.OBJECT).object(object);
    };
  }

  /** Writes an object that is serializable; any exception of its own code is passed on. */
  FrameWriter object(Object object) throws IOException {
    ObjectOutputStream stream = objects == null ? new HeadlessObjectOutput(this) : objects;
    objects = null; // unless all goes well
    octet(ObjectStreamConstants.TC_RESET);
    stream.writeObject(object);
    stream.flush();
    if (size <= MOST_KEPT_BYTES) {
      int end = size;
      stream.reset();
      stream.flush();
      size = end; // without the mark of this reset
      objects = stream;
    }
    return this;
  }

  /**
   * Ends the frame.
   *
   * @return the frame, valid until the next one is begun
   */
  ByteBuffer end() throws IOException {
    int length = size - Frames.LENGTH_BYTES;
    if (length > limit) {
      throw new FrameTooLargeException(limit);
    }
    return ByteBuffer.wrap(bytes, 0, size).putInt(0, length);
  }

  @Override
  public void write(int value) throws IOException {
    octet((byte) value);
  }

  @Override
  public void write(byte[] from, int offset, int length) throws IOException {
    makeRoom(length);
    System.arraycopy(from, offset, bytes, size, length);
    size += length;
  }

  private void makeRoom(int more) throws IOException {
    // One byte beyond the limit, for the mark that object() takes back.
    if (more > limit + Frames.LENGTH_BYTES + 1 - size) {
      throw new FrameTooLargeException(limit);
    }
    if (size + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
    }
  }

  /** An object stream that begins with the first object, as every frame does. */
  private static final class HeadlessObjectOutput extends ObjectOutputStream {
    HeadlessObjectOutput(OutputStream out) throws IOException {
      super(out);
    }

    @Override
    protected void writeStreamHeader() {}
  }

  /** A frame grew beyond its limit. */
  static final class FrameTooLargeException extends IOException {
    @Serial private static final long serialVersionUID = 1;

    FrameTooLargeException(int limit) {
      super("larger than " + limit + " bytes");
    }
  }
}
