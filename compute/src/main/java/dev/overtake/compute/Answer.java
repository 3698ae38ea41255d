// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** How a task in a process ended. */
sealed interface Answer {
  /** What the task returned. */
  record Value(@Nullable Object value) implements Answer {}

  /**
   * There is no result.
   *
   * @param where " in worker ...", or nothing
   * @param cause what the caller is to handle
   */
  record Failure(String where, Throwable cause) implements Answer {}

  /**
   * An object still as it came: its own code may run when it is read, so that is done by the thread
   * that wants it, not by the one that all answers come through.
   */
  record Sealed(ByteBuffer bytes, boolean result, String line, String worker) implements Answer {
    Answer open(Admission admission, @Nullable ClassLoader loader) {
      Object object;
      try {
        object = new ObjectReader(admission, loader).read(bytes.duplicate());
      } catch (IOException | RuntimeException e) {
        if (!result) {
          return failure(TaskFailure.unreadable(line, e));
        }
        return failure(new IOException("result can't be read: " + e.getMessage(), e));
      }
      return result ? new Value(object) : failure((Throwable) object);
    }

    private Failure failure(Throwable cause) {
      return new Failure(" in " + worker, cause);
    }
  }

  /** Reads the fields of a {@link Frames#RESULT} from its value on. */
  static Answer ofResult(ByteBuffer frame, String worker) throws IOException {
    return switch (frame.get()) {
      case Frames.NULL -> new Value(null);
      case Frames.TRUE -> new Value(true);
      case Frames.FALSE -> new Value(false);
      case Frames.INTEGER -> new Value(frame.getInt());
      case Frames.LONG -> new Value(frame.getLong());
      case Frames.DOUBLE -> new Value(Double.longBitsToDouble(frame.getLong()));
      case Frames.TEXT -> new Value(FrameReader.text(frame));
      case Frames.OBJECT -> new Sealed(rest(frame), true, "", worker);
      default -> throw new IOException("value of an unknown type");
    };
  }

  /** Reads the fields of a {@link Frames#FAILURE} from its line on. */
  static Answer ofFailure(ByteBuffer frame, String worker) throws IOException {
    String line = FrameReader.text(frame);
    return new Sealed(rest(frame), false, line, worker);
  }

  /** A copy, since the frame is gone after the next read. */
  private static ByteBuffer rest(ByteBuffer frame) {
    return ByteBuffer.allocate(frame.remaining()).put(frame).flip();
  }
}
