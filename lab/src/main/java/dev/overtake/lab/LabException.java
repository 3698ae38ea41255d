// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

/** The run cannot begin or go on; the message is a line for the user with the remedy in it. */
public final class LabException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * A reason that ends the run.
   *
   * @param message a line for the user
   */
  public LabException(String message) {
    super(message);
  }
}
