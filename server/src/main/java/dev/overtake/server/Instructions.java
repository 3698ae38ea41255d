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
}
