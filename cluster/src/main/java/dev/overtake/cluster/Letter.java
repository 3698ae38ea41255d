// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * What members say to each other. A message of the group holds one letter or several; each is its
 * kind (1 byte), the number of the task it is about (8 bytes), the length of its body (4) and that.
 *
 * <p>To each {@link #CALL} comes exactly one of {@link #ANSWER}, {@link #GIVEN_BACK}, {@link
 * #REFUSED} and {@link #ABANDONED}, unless the two lose sight of each other first. A number is used
 * once: who sends a task again gives it another.
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares letters
record Letter(byte kind, long number, byte[] body) {
  /** The first, upon meeting: a {@link Hello}. Its form begins alike in all versions. */
  static final byte HELLO = 1;

  /** Run a task. */
  static final byte CALL = 2;

  /** Give a task back; if it has begun and the body is 1, interrupt it. */
  static final byte WITHDRAW = 3;

  /** What a task came to. */
  static final byte ANSWER = 4;

  /** The task has not begun here and never will. */
  static final byte GIVEN_BACK = 5;

  /** As given back: there is no place for it. */
  static final byte REFUSED = 6;

  /** The task has begun here, and will not be waited for any more. */
  static final byte ABANDONED = 7;

  /** Send no more tasks, I am about to leave. The number is to be returned by {@link #HEARD}. */
  static final byte LEAVING = 8;

  /** Whatever you have sent before this number I have got. */
  static final byte HEARD = 9;

  static final int HEADER_BYTES = 1 + Long.BYTES + Integer.BYTES;

  private static final byte[] NOTHING = {};
  private static final byte[] INTERRUPT = {1};

  Letter(byte kind, long number) {
    this(kind, number, NOTHING);
  }

  static Letter withdraw(long number, boolean interrupt) {
    return new Letter(WITHDRAW, number, interrupt ? INTERRUPT : NOTHING);
  }

  /** Whether this withdrawal is to interrupt what has begun. */
  boolean isToInterrupt() {
    return Arrays.equals(body, INTERRUPT);
  }

  int bytes() {
    return HEADER_BYTES + body.length;
  }

  /** Joins letters to one message. */
  static byte[] join(List<Letter> letters) {
    int size = letters.stream().mapToInt(Letter::bytes).sum();
    ByteBuffer message = ByteBuffer.allocate(size);
    for (Letter letter : letters) {
      message.put(letter.kind).putLong(letter.number).putInt(letter.body.length).put(letter.body);
    }
    return message.array();
  }

  /** Takes the next letter out of a message. */
  static Letter next(ByteBuffer message) throws IOException {
    if (message.remaining() < HEADER_BYTES) {
      throw new IOException("letter cut short");
    }
    byte kind = message.get();
    long number = message.getLong();
    int length = message.getInt();
    if (length < 0 || length > message.remaining()) {
      throw new IOException(
          "letter of %d bytes in a message with %d more".formatted(length, message.remaining()));
    }
    byte[] body = new byte[length];
    message.get(body);
    return new Letter(kind, number, body);
  }

  /**
   * How a member introduces itself.
   *
   * @param protocol version of this form and of the letters
   * @param version of Overtake
   * @param name for messages
   * @param tasks how many it runs at a time, 0 if it only asks
   * @param anew whether the sender has nothing aboard the addressee, or of the addressee: what that
   *     one still counts on is lost
   */
  record Hello(int protocol, String version, String name, int tasks, boolean anew) {
    static final int PROTOCOL = 1;

    Letter letter() {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (DataOutputStream out = new DataOutputStream(bytes)) {
        out.writeInt(protocol);
        out.writeUTF(version);
        out.writeUTF(name);
        out.writeInt(tasks);
        out.writeBoolean(anew);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return new Letter(HELLO, 0, bytes.toByteArray());
    }

    /** The same for later, when what was lost by it has been given up. */
    Hello heard() {
      return new Hello(protocol, version, name, tasks, false);
    }

    static Hello read(Letter letter) throws IOException {
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(letter.body()));
      int protocol = in.readInt();
      String version = in.readUTF();
      String name = in.readUTF();
      return protocol == PROTOCOL
          ? new Hello(protocol, version, name, in.readInt(), in.readBoolean())
          : new Hello(protocol, version, name, 0, false);
    }
  }
}
