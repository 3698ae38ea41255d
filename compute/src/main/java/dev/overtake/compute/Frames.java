// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

/**
 * What a pool and its workers say to each other. A frame is the number of bytes that follow (4
 * bytes), a type (1 byte) and the fields listed here; numbers are of 8 bytes, big-endian.
 *
 * <p>A worker runs tasks in the order of their frames and answers in that order, one answer each. A
 * task's turn is its number in that order, from 1.
 */
final class Frames {
  static final int LENGTH_BYTES = 4;

  // From worker to pool, on the socket. After that each byte on it is a bell.
  /** The secret that the worker was given, its number. The first frame, and only once. */
  static final byte HELLO = 1;

  // From worker to pool, in the ring of answers.
  /** Turn, nanoseconds run, value. */
  static final byte RESULT = 2;

  /** Turn, nanoseconds run, one line of text, the throwable as an object. */
  static final byte FAILURE = 3;

  /** First and last turn of tasks that have not begun and never will; they get no answer. */
  static final byte GIVEN_BACK = 4;

  // From pool to worker, in the ring of tasks.
  /** A callable, as an object. */
  static final byte CALL = 5;

  /** A runnable, as an object; its result is null. */
  static final byte RUN = 6;

  // From pool to worker, on its standard input: the type and two numbers, without a length. The
  // end of the input means that the pool's process is gone.
  /** First and last turn: give back those that have not begun. */
  static final byte GIVE_BACK = 7;

  /** A turn, twice: give the task back or, if it runs, interrupt it. */
  static final byte INTERRUPT = 8;

  /** Two zeros: end, the pool needs you no more. */
  static final byte RETIRE = 9;

  // Between machines (RemoteTasks), without lengths and turns.
  /** The version of the class of a callable, the callable as an object. */
  static final byte REMOTE_CALL = 10;

  // How values begin.
  static final byte NULL = 0;
  static final byte TRUE = 1;
  static final byte FALSE = 2;
  static final byte INTEGER = 3;
  static final byte LONG = 4;
  static final byte DOUBLE = 5;
  static final byte TEXT = 6;

  /** The rest of the frame is a Java object stream without its header. */
  static final byte OBJECT = 7;

  private Frames() {}
}
