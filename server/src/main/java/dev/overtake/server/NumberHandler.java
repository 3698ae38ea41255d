// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests that are whole numbers in ASCII, in their order.
 *
 * <p>A peer that never sends a newline sends one request per chunk, a chunk being what one read
 * returns. From its first newline on, it is a peer that ends requests with newlines: where packets
 * begin and end means nothing any more, and an unfinished request waits for its rest, or for the
 * end of the input (decision 0012). Blanks around a number don't count, and a blank request has no
 * answer. Anything else is answered by one line that begins with {@code error:}; where a request is
 * overlong, that comes as soon as it is known, and what follows up to a newline is dropped.
 */
abstract class NumberHandler implements Handler {
  /** One byte more than the longest request. Few, for an idle connection keeps them. */
  private static final int CHUNK_BYTES = 64;

  private static final int LONGEST_EXCERPT = 24;

  private static final long BEYOND = 1_000_000_000_000L; // every number's limit is below it
  private static final long NOT_A_NUMBER = -1;
  private static final long BLANK = -2;

  private final long largest;
  private final String advice;

  NumberHandler(long largest) {
    this.largest = largest;
    advice = "send a whole number from 1 to " + largest;
  }

  /** Answers one request; {@code n} is from 1 to the largest. */
  abstract void answer(long n, Answers answers) throws IOException;

  /** Does the same with marks; unless overridden, the whole is one instruction. */
  void answer(long n, Answers answers, Instructions marks) throws IOException {
    answer(n, answers);
  }

  @Override
  public final void handle(Connection connection) throws IOException {
    new Conversation(connection).hold();
  }

  private final class Conversation {
    private final Connection connection;
    private final Answers answers;
    private final @Nullable Instructions marks; // null: nobody looks at them
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private int kept; // so many bytes at the start of the chunk are an unfinished request
    private boolean newlines; // the peer has sent one
    private boolean dropping; // what comes before a newline belongs to an overlong request

    Conversation(Connection connection) {
      this.connection = connection;
      answers = new Answers(connection);
      marks = connection.instructions().orElse(null);
    }

    void hold() throws IOException {
      for (int n; (n = connection.read(chunk, kept, chunk.length - kept)) >= 0; ) {
        answerChunk(kept + n);
        answers.flush();
      }
      answerRequest(0, kept);
      answers.flush();
    }

    private void answerChunk(int end) throws IOException {
      int start = 0;
      for (int i = kept; i < end; i++) {
        if (chunk[i] == '\n') {
          newlines = true;
          answerRequest(start, i);
          dropping = false;
          start = i + 1;
        }
      }
      kept = 0;
      if (end - start == chunk.length) {
        answerOverlong();
      } else if (newlines) {
        kept = end - start;
        System.arraycopy(chunk, start, chunk, 0, kept);
      } else {
        answerRequest(start, end);
      }
    }

    private void answerOverlong() throws IOException {
      if (!dropping) {
        answerError("longer than %d bytes, dropped up to its newline".formatted(CHUNK_BYTES - 1));
      }
      dropping = true;
    }

    private void answerRequest(int start, int end) throws IOException {
      if (dropping) {
        return;
      }
      long n = parse(start, end);
      if (n == NOT_A_NUMBER) {
        answerError("not a whole number: " + excerpt(start, end));
      } else if (n != BLANK && (n < 1 || n > largest)) {
        answerError("out of range: " + excerpt(start, end));
      } else if (n != BLANK) {
        answerNumber(n);
      }
    }

    private void answerNumber(long n) throws IOException {
      if (marks == null) {
        answer(n, answers);
      } else {
        answer(n, answers, marks);
      }
    }

    private void answerError(String what) throws IOException {
      answers.text(("error: " + what + "; " + advice).getBytes(US_ASCII)).endLine();
    }

    /** Returns the number; 0 stands for all below 1, and BEYOND for all from there on. */
    private long parse(int from, int to) {
      int start = from;
      int end = to;
      while (start < end && isBlank(chunk[start])) {
        start++;
      }
      while (start < end && isBlank(chunk[end - 1])) {
        end--;
      }
      if (start == end) {
        return BLANK;
      }
      boolean negative = chunk[start] == '-';
      if (negative || chunk[start] == '+') {
        start++;
      }
      long n = start == end ? NOT_A_NUMBER : 0;
      for (int i = start; i < end; i++) {
        int digit = chunk[i] - '0';
        if (digit < 0 || digit > 9) {
          return NOT_A_NUMBER;
        }
        n = Math.min(10 * n + digit, BEYOND);
      }
      return negative ? Math.min(n, 0) : n;
    }

    /** Shows bytes, which may be anything, as a few characters of printable ASCII. */
    private String excerpt(int start, int end) {
      StringBuilder text = new StringBuilder();
      for (int i = start; i < end; i++) {
        text.append(
            chunk[i] > ' ' && chunk[i] < 127 ? (char) chunk[i] : isBlank(chunk[i]) ? ' ' : '?');
      }
      String stripped = text.toString().strip();
      return stripped.length() <= LONGEST_EXCERPT
          ? stripped
          : stripped.substring(0, LONGEST_EXCERPT) + "...";
    }
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t' || b == '\r';
  }
}
