// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidClassException;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the objects that a {@link FrameWriter} wrote, and only those that are admitted. Not
 * thread-safe. After an exception it must not be used again.
 */
final class ObjectReader {
  private final Source source = new Source();
  private final Admission admission;
  private final ObjectInputStream objects;

  ObjectReader(Admission admission, @Nullable ClassLoader loader) {
    this.admission = admission;
    try {
      objects = new HeadlessObjectInput(source, loader);
    } catch (IOException e) {
      throw new AssertionError("nothing was read", e);
    }
    objects.setObjectInputFilter(admission);
  }

  /**
   * Reads one object, whose own code may run meanwhile.
   *
   * @param frame from here to its end it is that object
   * @throws IOException if the object can't be read, is not admitted, or its class is unknown here;
   *     the message says what
   */
  Object read(ByteBuffer frame) throws IOException {
    source.frame = frame;
    try {
      return objects.readObject();
    } catch (InvalidClassException e) {
      String refused = admission.refused();
      if (refused != null) {
        throw new InvalidClassException(refused);
      }
      throw e;
    } catch (ClassNotFoundException e) {
      throw new IOException("class unknown here: " + e.getMessage(), e);
    }
  }

  private static final class Source extends InputStream {
    private ByteBuffer frame = ByteBuffer.allocate(0);

    @Override
    public int read() {
      return frame.hasRemaining() ? frame.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      if (length == 0) {
        return 0;
      }
      int n = Math.min(length, frame.remaining());
      frame.get(into, offset, n);
      return n == 0 ? -1 : n;
    }
  }

  private static final class HeadlessObjectInput extends ObjectInputStream {
    private final @Nullable ClassLoader loader;

    HeadlessObjectInput(InputStream in, @Nullable ClassLoader loader) throws IOException {
      super(in);
      this.loader = loader;
    }

    @Override
    protected void readStreamHeader() {}

    @Override
    protected Class<?> resolveClass(ObjectStreamClass description)
        throws IOException, ClassNotFoundException {
      Class<?> primitive = Class.forPrimitiveName(description.getName());
      return primitive != null ? primitive : Class.forName(description.getName(), false, loader);
    }
  }
}
