// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

/**
 * Where a handler marks the ends of its instructions, under a model in which one thread executes at
 * a time and changes place with another between two instructions only.
 *
 * {@snippet :
 * Optional<Instructions> marks = connection.instructions();
 * long n = marks.isPresent() ? count(marks.get()) : count(); // others pay for no mark
 * }
 *
 * <p>What lies between two marks, reads and writes is one instruction, and nothing interrupts it: a
 * handler that never marks is like a function in C that keeps the interpreter's lock.
 *
 * <p>Belongs to the thread that serves the connection.
 */
public interface Instructions {
  /**
   * Ends an instruction. Returns at once, or lets another thread execute first and waits for its
   * turn; an interrupt does not end that wait, and the interrupt flag stays as it is.
   */
  void next();

  /**
   * Lets others execute until the returned is closed: for what blocks and is not the connection's
   * reading and writing, which do so by themselves.
   *
   * {@snippet :
   * try (Instructions.Blocking _ = marks.blocking()) {
   *   result = future.get();
   * }
   * }
   *
   * @return to be closed by the same thread, which so waits for its turn, before it reads, writes
   *     or marks again
   */
  default Blocking blocking() {
    return () -> {};
  }

  /** A stretch in which the thread may block and does not execute. */
  @FunctionalInterface
  interface Blocking extends AutoCloseable {
    @Override
    void close();
  }
}
