// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** How the end of an answer is known on a plain connection, which does not say. Immutable. */
public abstract sealed class AnswerEnd {
  private AnswerEnd() {}

  /**
   * An answer ends with these bytes.
   *
   * @param bytes 1 to 100 of them
   * @return for instance a newline
   */
  public static AnswerEnd with(byte[] bytes) {
    return new Delimiter(bytes);
  }

  /**
   * An answer is so long.
   *
   * @param bytes 1 to a milliard
   * @return a fixed length
   */
  public static AnswerEnd after(int bytes) {
    return new Size(bytes);
  }

  /**
   * An answer has ended when nothing has come for so long since its latest byte. It counts as
   * answered when that byte came.
   *
   * @param silence 1 ms to 10 s
   * @return the weakest rule: a server that pauses within an answer seems to have ended it
   */
  public static AnswerEnd whenQuietFor(Duration silence) {
    return new Quiet(silence);
  }

  abstract Watch watch();

  /** Looks for the end of one answer after the other. */
  abstract static class Watch {
    /** Takes bytes; returns how many answers have ended among them, 2 for any more than one. */
    abstract int ended(ByteBuf bytes);

    /** Whether a part of an answer has come. */
    abstract boolean within();
  }

  private static final class Delimiter extends AnswerEnd {
    private final byte[] bytes;

    /** By how many have matched: how many still do when the next one differs. */
    private final int[] fallback;

    Delimiter(byte[] bytes) {
      Check.range("length of what ends an answer", bytes.length, 1, 100);
      this.bytes = bytes.clone();
      fallback = new int[bytes.length];
      for (int i = 1, matched = 0; i < bytes.length; i++) {
        matched = step(matched, bytes[i]);
        fallback[i] = matched;
      }
    }

    private int step(int before, byte b) {
      int matched = before;
      while (matched > 0 && bytes[matched] != b) {
        matched = fallback[matched - 1];
      }
      return bytes[matched] == b ? matched + 1 : 0;
    }

    @Override
    Watch watch() {
      return new Watch() {
        private int matched;
        private boolean begun;

        @Override
        int ended(ByteBuf in) {
          int answers = 0;
          for (int i = in.readerIndex(); i < in.writerIndex(); i++) {
            begun = true;
            matched = step(matched, in.getByte(i));
            if (matched == bytes.length) {
              matched = 0;
              begun = false;
              answers++;
            }
          }
          return Math.min(answers, 2);
        }

        @Override
        boolean within() {
          return begun;
        }
      };
    }

    @Override
    public String toString() {
      return "with " + new String(bytes, StandardCharsets.ISO_8859_1).chars().boxed().toList();
    }
  }

  private static final class Size extends AnswerEnd {
    private final int size;

    Size(int size) {
      Check.range("length of an answer", size, 1, 1_000_000_000);
      this.size = size;
    }

    @Override
    Watch watch() {
      return new Watch() {
        private long missing = size;

        @Override
        int ended(ByteBuf in) {
          missing -= in.readableBytes();
          if (missing > 0) {
            return 0;
          }
          boolean more = missing < 0;
          missing = size;
          return more ? 2 : 1;
        }

        @Override
        boolean within() {
          return missing < size;
        }
      };
    }
  }

  static final class Quiet extends AnswerEnd {
    final Duration silence;

    private Quiet(Duration silence) {
      if (silence.compareTo(Duration.ofMillis(1)) < 0
          || silence.compareTo(Duration.ofSeconds(10)) > 0) {
        throw new IllegalArgumentException(
            "the silence after an answer must be from 0.001 to 10 s: silence="
                + Check.seconds(silence)
                + " s");
      }
      this.silence = silence;
    }

    @Override
    Watch watch() {
      return new Watch() {
        @Override
        int ended(ByteBuf in) {
          return 0; // a timer tells
        }

        @Override
        boolean within() {
          return false;
        }
      };
    }
  }
}
